import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "../../rig/fault-proxy.js";
import { buildImage } from "../../rig/images.js";
import { pushImage } from "../../rig/push-image.js";
import { type Registry, startRegistry } from "../../rig/registry.js";
import type { WarmResult } from "../../rig/run-warm.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { isStep, through } from "../templates/proxied-apply.js";
import { projectYaml } from "../templates/template-project.js";
import { type Failure, failures, isSilent } from "./pull-failures.js";

describe("a pull that fails", () => {
  let sandboxes: readonly Sandbox[];
  let proxy: FaultProxy;
  let locked: Registry[];
  /** Of what fails by itself, and of what only silence ends: a busy machine is silent for a while too. */
  let results: readonly WarmResult[];
  const wrongPassword = "wrong-s3cret-Passw0rd";
  const auth = Buffer.from(`rig:${wrongPassword}`).toString("base64");

  beforeAll(async () => {
    sandboxes = await Promise.all([createSandbox(), createSandbox()]);
    locked = await Promise.all([1, 2].map(() => startRegistry({ withLogin: true })));
    proxy = await startFaultProxy(sandboxes[0]?.socketPath ?? "");
    for (const { name, action } of failures) {
      if (action) proxy.fault({ match: isStep(pulling(name)), action });
    }
    results = await Promise.all([
      pullAll(
        failures.filter((failure) => !isSilent(failure)),
        "2m",
        sandboxes[0] as Sandbox,
      ),
      pullAll(failures.filter(isSilent), "1s", sandboxes[1] as Sandbox),
    ]);
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([
      ...sandboxes.map((sandbox) => sandbox.dispose()),
      ...locked.map((registry) => registry.stop()),
    ]);
  });

  async function pullAll(
    failures: readonly Failure[],
    idleTimeout: string,
    sandbox: Sandbox,
  ): Promise<WarmResult> {
    const [anonymous, refusing] = locked.map(({ host }) => host) as [string, string];
    const hosts: Record<string, string> = {
      "unreachable": "127.0.0.1:1",
      "not-logged-in": anonymous,
      "wrong-password": refusing,
    };
    const image = (name: string) => `${hosts[name] ?? sandbox.registry.host}/${sandbox.id}/${name}:1`;
    await pushAll(sandbox);
    const templates = failures.map(({ name }) => [
      sandbox.templateId(name),
      { image: image(name), blob: image("unasked") },
    ]);
    const pull = `pull: { retries: 1, idleTimeout: ${idleTimeout}, concurrency: ${failures.length} }`;
    sandbox.writeConfig(projectYaml(sandbox, Object.fromEntries(templates), [pull]));
    writeFileSync(join(sandbox.dir, "config.json"), JSON.stringify({ auths: { [refusing]: { auth } } }));
    const targets = failures.flatMap(({ name }) => ["--target", `image.${image(name)}`]);
    const env = { ...through(proxy).env, DOCKER_CONFIG: sandbox.dir };
    return sandbox.call(["apply", "--auto-approve", ...targets], { env });
  }

  it("makes apply exit 6, with every failure told once", () => {
    expect(results.map(({ code }) => code)).toEqual([6, 6]);
    const told = results.map(({ stderr }) => stderr.match(/: failed: /g)?.length ?? 0);
    expect(told[0]).toBe(failures.length - failures.filter(isSilent).length);
    expect(told[1]).toBe(failures.filter(isSilent).length);
  });

  it.each(failures)(
    "of the kind $name is told as such, with $tries tries",
    ({ name, told: [code, message], tries }) => {
      const lines = results.flatMap(({ stderr }) => stderr.split("\n"));
      const line = lines.find((line) => line.includes(`/${name}:1: failed: `)) ?? "";
      expect(line).toMatch(message);
      expect(line).toMatch(new RegExp(`\\(${code}\\)$`));
      expect(proxy.calls.filter(isStep(pulling(name)))).toHaveLength(tries);
    },
  );

  it("tells no password", () => {
    const output = results.map(({ stdout, stderr }) => stdout + stderr).join();
    expect(output).not.toContain(wrongPassword);
    expect(output).not.toContain(auth);
  });
});

const pulling = (name: string) => ({ method: "POST", path: /\/images\/create$/, query: `${name}&` });

/** What the pulls that fail by themselves or in the middle find in the registry. */
async function pushAll({ registry, id }: Sandbox): Promise<void> {
  const image = await buildImage("neverHealthy", { salt: id });
  const foreign = await buildImage("wrongPlatform", { salt: id });
  const path = (name: string) => `${id}/${name}:1`;
  for (const name of ["cut", "silent", "silent-from-the-start"]) await pushImage(registry, path(name), image);
  await pushImage(registry, path("list-of-another-platform"), [foreign]);
  await pushImage(registry, path("image-of-another-platform"), foreign);
}
