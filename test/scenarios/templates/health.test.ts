import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImageName } from "../../rig/images.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames } from "../seeding/seeded-template.js";
import { expectNoChanges } from "./read-plan.js";
import { type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("a template", () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox();
  });
  afterEach(() => sandbox.dispose());

  const load = (name: ImageName, options: object = {}) =>
    sandbox.image(name, { ...options, to: "load" } as never);
  const write = async (image: string, health: string): Promise<TemplateProject> =>
    writeTemplateProject(sandbox, { image, blob: await load("blob"), lines: [`health: ${health}`] });
  const applied = () => sandbox.call(["apply", "--auto-approve"]);

  it("that exits is told at once, with its exit code and its last words, and again by the next apply", async () => {
    const project = await write(await load("exitsAtOnce"), "{ path: /, timeout: 60s }");
    for (const run of [1, 2]) {
      const { code, stderr, ms } = await applied();
      expect(code, `run ${run}: ${stderr}`).toBe(7);
      expect(stderr).toContain("ended with exit code 7");
      expect(stderr).toContain("fatal: no settings found");
      expect(ms).toBeLessThan(20_000);
    }
    expect(await ownedNames(sandbox)).toEqual([project.volume]);
  });

  it("that never answers is given up after its time-out, with the last answer and its last words", async () => {
    await write(await load("neverHealthy"), "{ path: /, timeout: 2s }");
    const { code, stderr } = await applied();
    expect(code, stderr).toBe(7);
    expect(stderr).toContain("is not healthy after 2 s: GET :5550/: connection refused");
    expect(stderr).toContain("never listening");
  });

  it("that answers 500 at first is waited for", async () => {
    await write(await load("http500", { seconds: 2 }), "{ path: /, interval: 100ms, timeout: 30s }");
    await apply(sandbox);
    await expectNoChanges(sandbox);
  });

  it("that answers slowly is waited for, however short the interval", async () => {
    await write(await load("slow", { ms: 1500 }), "{ path: /, interval: 100ms, timeout: 30s }");
    await apply(sandbox);
  });

  it("that answers more slowly than its time-out is given up in time", async () => {
    await write(await load("slow", { ms: 30_000 }), "{ path: /, timeout: 1s }");
    const { code, stderr, ms } = await applied();
    expect(code, stderr).toBe(7);
    expect(stderr).toContain("no answer within");
    expect(ms).toBeLessThan(20_000);
  });

  it("can be asked by a connection, by a command and by Docker's own health check", async () => {
    const image = await load("template", { healthcheck: true });
    const kinds = [
      "{ tcp: true }",
      "{ exec: [wget, -q, -O, /dev/null, 'http://127.0.0.1:5550/'] }",
      "{ healthcheck: true }",
    ];
    for (const kind of kinds) {
      const { container } = await write(image, kind);
      await apply(sandbox);
      const { State } = await sandbox.docker.getContainer(container).inspect();
      if (kind.includes("healthcheck")) expect(State.Health?.Status).toBe("healthy");
      await sandbox.docker.getContainer(container).remove({ force: true });
    }
  });

  it("is not healthy by a connection refused, a command that fails, or a health check that is not there", async () => {
    const image = await load("neverHealthy");
    for (const [kind, answer] of [
      ["tcp: true", "connection refused"],
      ["exec: [sh, -c, 'exit 4']", "exit code 4"],
      ["healthcheck: true", "has no HEALTHCHECK"],
    ]) {
      const timeout = kind?.startsWith("healthcheck") ? "60s" : "1s";
      await write(image, `{ ${kind}, timeout: ${timeout} }`);
      const { code, stderr, ms } = await applied();
      expect(code, stderr).toBe(7);
      expect(stderr).toContain(answer);
      expect(ms).toBeLessThan(20_000);
    }
  });

  it("that is as the file says and does not answer is told by every apply, and by status", async () => {
    const image = await load("template");
    const project = await write(image, "{ path: / }");
    await apply(sandbox);
    sandbox.writeConfig(project.yaml.replace("path: /", "path: /nothing, timeout: 1s"));
    for (const run of [1, 2]) {
      await expectNoChanges(sandbox);
      const { code, stdout, stderr } = await applied();
      expect(code, `run ${run}: ${stdout}${stderr}`).toBe(7);
      expect(stderr).toContain("HTTP 404");
    }
    expect((await sandbox.call(["status"])).stdout).toContain("unhealthy");
  });
});
