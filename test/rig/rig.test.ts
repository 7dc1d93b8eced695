import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ImageName } from "./images.js";
import { registryLogin, startRegistry } from "./registry.js";
import { createSandbox, type Sandbox } from "./sandbox.js";

let sandbox: Sandbox;
let docker: Docker;
beforeAll(async () => {
  sandbox = await createSandbox();
  docker = sandbox.docker;
});
afterAll(() => sandbox.dispose());

describe("an image of the rig", () => {
  test("is pulled from the registry and has the same ID whenever it is made", async () => {
    const ids = [];
    for (let n = 0; n < 2; n++) {
      const reference = await sandbox.image("template", { labels: { "cyanprint.dev": "true" } });
      await expect(docker.getImage(reference).inspect()).rejects.toMatchObject({ statusCode: 404 });
      await pull(reference);
      const image = await docker.getImage(reference).inspect();
      expect(image.Config.Labels).toEqual({ "cyanprint.dev": "true" });
      ids.push(image.Id);
      await docker.getImage(reference).remove();
    }
    expect(ids[0]).toBe(ids[1]);
  });

  test("moves the tag when it has another version", async () => {
    const reference = await sandbox.image("template", { tag: "moving" });
    await pull(reference);
    const before = (await docker.getImage(reference).inspect()).Id;
    expect(await sandbox.image("template", { tag: "moving", version: "2" })).toBe(reference);
    expect((await docker.getImage(reference).inspect()).Id).toBe(before);
    await pull(reference);
    expect((await docker.getImage(reference).inspect()).Id).not.toBe(before);
  });

  test("is made quickly enough for every test to have its own", async () => {
    const durations: number[] = [];
    for (let n = 0; n < 5; n++) {
      const start = performance.now();
      await sandbox.image("template", { version: `timed ${n}` });
      durations.push(performance.now() - start);
    }
    expect(Math.min(...durations)).toBeLessThan(500); // about 50 on an idle machine
  });

  test("for another platform cannot be pulled", async () => {
    await expect(pull(await sandbox.image("wrongPlatform"))).rejects.toThrow("no matching manifest");
  });

  test("of a big size is as big as asked", async () => {
    const reference = await sandbox.image("big", { sizeMiB: 8, to: "both" });
    const { Size } = await docker.getImage(reference).inspect();
    expect(Size).toBeGreaterThan(8 * 2 ** 20);
    expect(Size).toBeLessThan(12 * 2 ** 20);
  });
});

describe("the catalogue's behaviours", () => {
  test("a template serves / and the unpacked blob, which is whole", async () => {
    const volume = `${sandbox.prefix}-content`;
    const seeder = await run("blob", {}, [`${volume}:/workspace/cyanprint`], "none");
    expect(await seeder.wait()).toEqual({ StatusCode: 0, Error: null });
    const template = await run("template", {}, [`${volume}:/workspace/cyanprint:ro`]);
    expect(await fetchFrom(template, "/")).toMatchObject({ status: 200, body: "template 1\n" });
    expect((await fetchFrom(template, "/files/manifest.sha256")).body).toContain(
      "  src/lib/deep/er/model.ts\n",
    );
    expect(
      await execIn(template, "cd /workspace/cyanprint && sha256sum -c manifest.sha256 && echo whole"),
    ).toMatch(/whole\s*$/);
    expect(await logsOf(template)).toContain("template ready");
  });

  test("a paused blob can be killed half-way", async () => {
    const volume = `${sandbox.prefix}-half`;
    const seeder = await run("blob", { pauseSeconds: 60 }, [`${volume}:/workspace/cyanprint`]);
    await expect.poll(() => logsOf(seeder), { timeout: 10_000 }).toContain("first half unpacked");
    await seeder.stop();
    expect((await seeder.inspect()).State.ExitCode).toBe(143);
  });

  test("a failing blob exits 3 after three lines", async () => {
    const seeder = await run("blobFailsHalfway", {});
    expect(await seeder.wait()).toMatchObject({ StatusCode: 3 });
    expect((await logsOf(seeder)).match(/unpacking:/g)).toHaveLength(3);
  });

  test("one that exits at once says why and exits 7", async () => {
    const container = await run("exitsAtOnce", {});
    expect(await container.wait()).toMatchObject({ StatusCode: 7 });
    expect((await logsOf(container)).trim().split("\n")).toHaveLength(2);
  });

  test("one that is never healthy runs and does not listen", async () => {
    const container = await run("neverHealthy", {});
    await expect(fetchFrom(container, "/", 0)).rejects.toThrow("fetch failed");
    expect((await container.inspect()).State.Running).toBe(true);
  });

  test("one that answers 500 at first answers 200 later", async () => {
    const container = await run("http500", { seconds: 2 });
    expect((await fetchFrom(container, "/")).status).toBe(500);
    await expect.poll(async () => (await fetchFrom(container, "/")).status, { timeout: 10_000 }).toBe(200);
  });

  test("a slow one takes its time for each answer", async () => {
    const container = await run("slow", { ms: 400 });
    await fetchFrom(container, "/");
    const start = performance.now();
    expect((await fetchFrom(container, "/")).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(390);
  });

  test("a template with a health check becomes healthy in Docker's own eyes", async () => {
    const container = await run("template", { healthcheck: true });
    const status = async () => (await container.inspect()).State.Health?.Status;
    await expect.poll(status, { timeout: 10_000 }).toBe("healthy");
  });

  test("all of them stop at once", async () => {
    const container = await run("template", {});
    await fetchFrom(container, "/");
    const start = performance.now();
    await container.stop();
    expect(performance.now() - start).toBeLessThan(5000); // Docker's patience is 10 s
  });
});

describe("a sandbox", () => {
  test("leaves nothing behind, and nothing else is touched", async () => {
    const bystander = `${sandbox.prefix}-bystander`;
    await docker.createVolume({ Name: bystander });
    const own = await createSandbox();
    const reference = await own.image("template", { to: "both" });
    const container = await docker.createContainer({ Image: reference, name: `${own.prefix}-c` });
    await docker.createContainer({ Image: reference, name: `warm-lock-${own.project}` });
    await docker.createVolume({ Name: `${own.prefix}-v` });
    await docker.createVolume({ Name: `other-${own.id}`, Labels: { "warm.project": own.project } });
    await docker.createNetwork({ Name: own.network });
    await docker.getImage(reference).tag({ repo: "warm-seeded", tag: `${own.templateId("t")}-012345678901` });
    await container.start();
    await own.dispose();

    const names = [
      ...(await docker.listContainers({ all: true })).flatMap(({ Names }) => Names),
      ...(await docker.listVolumes()).Volumes.map(({ Name }) => Name),
      ...(await docker.listNetworks()).map(({ Name }) => Name),
      ...(await docker.listImages()).flatMap(({ RepoTags, RepoDigests }) => [
        ...(RepoTags ?? []),
        ...(RepoDigests ?? []),
      ]),
    ];
    expect(names.filter((name) => name.includes(own.id))).toEqual([]);
    expect(names).toContain(bystander);
    expect(existsSync(own.dir)).toBe(false);
  });

  test("can be given up by `await using`", async () => {
    let dir: string;
    {
      await using own = await createSandbox();
      dir = own.dir;
      expect(existsSync(dir)).toBe(true);
    }
    expect(existsSync(dir)).toBe(false);
  });
});

describe("a registry with a login", () => {
  test("lets in who knows it and nobody else", async () => {
    const registry = await startRegistry({ withLogin: true });
    const { username, password } = registryLogin;
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    expect((await fetch(`http://${registry.host}/v2/`)).status).toBe(401);
    expect((await fetch(`http://${registry.host}/v2/`, { headers: { authorization: basic } })).status).toBe(
      200,
    );
    await registry.stop();
    await expect(fetch(`http://${registry.host}/v2/`)).rejects.toThrow();
  });

  test("says why it could not start", async () => {
    const { port } = new URL(`http://${sandbox.registry.host}`);
    await expect(startRegistry({ port: Number(port) })).rejects.toThrow("address already in use");
  });
});

/** @throws Error with Docker's words when a line of the stream is an error */
async function pull(reference: string): Promise<void> {
  for (const line of (await text(await docker.pull(reference))).trim().split("\n")) {
    const { error } = JSON.parse(line);
    if (error) throw new Error(error);
  }
}

async function run<N extends ImageName>(
  name: N,
  options: object,
  Binds: string[] = [],
  NetworkMode = "bridge",
): Promise<Docker.Container> {
  const Image = await sandbox.image(name, { ...options, to: "load" } as never);
  const HostConfig = { Binds, NetworkMode };
  const unique = `${sandbox.prefix}-${name.toLowerCase()}-${Math.random().toString(36).slice(2, 8)}`;
  const container = await docker.createContainer({ Image, HostConfig, name: unique });
  await container.start();
  return container;
}

/** A GET to port 5550, repeated for `patienceMs` while nobody listens. */
async function fetchFrom(container: Docker.Container, path: string, patienceMs = 10_000) {
  const { NetworkSettings } = await container.inspect();
  const url = `http://${NetworkSettings.Networks.bridge?.IPAddress}:5550${path}`;
  for (const deadline = Date.now() + patienceMs; ; ) {
    try {
      const response = await fetch(url);
      return { status: response.status, body: await response.text() };
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

async function execIn(container: Docker.Container, script: string): Promise<string> {
  const exec = await container.exec({
    Cmd: ["sh", "-c", script],
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  return text(await exec.start({ Tty: true }));
}

async function logsOf(container: Docker.Container): Promise<string> {
  return String(await container.logs({ stdout: true, stderr: true }));
}
