import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { writeTemplateProject } from "../scenarios/templates/template-project.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await writeTemplateProject(sandbox, { image: "app:1", blob: "app:2" });
});
afterAll(() => sandbox.dispose());

const ESCAPE = "\x1b[";
const main = resolve("dist/cli/main.js");
const env = () => ({ PATH: process.env.PATH, DOCKER_HOST: `unix://${sandbox.socketPath}` });

describe("a reader that goes away", () => {
  it.each(["schema", "plan"])("before `warm %s` has written is no error", async (command) => {
    const child = spawn(process.execPath, [main, command], { cwd: sandbox.dir, env: env() });
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  it("in the middle is no error either", async () => {
    const shell = `"${process.execPath}" "${main}" schema | head -1; echo "\${PIPESTATUS[0]}"`;
    const child = spawn("bash", ["-c", shell], {
      cwd: sandbox.dir,
      env: env(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ stdout, stderr }).toEqual({ stdout: "{\n0\n", stderr: "" });
  });

  it("of both streams ends nothing early", async () => {
    const child = spawn(process.execPath, [main, "plan", "--detailed-exitcode"], {
      cwd: sandbox.dir,
      env: env(),
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect((await once(child, "exit"))[0]).toBe(2);
  });
});

it("a result that cannot be written is a failure", async () => {
  const full = openSync("/dev/full", "w");
  const stdio = ["ignore", full, "pipe"] as const;
  const child = spawn(process.execPath, [main, "plan"], { cwd: sandbox.dir, env: env(), stdio: [...stdio] });
  const [stderr, [code]] = await Promise.all([
    text(child.stderr as NonNullable<typeof child.stderr>),
    once(child, "exit"),
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: cannot write the result: .*ENOSPC/);
});

describe("colour", () => {
  const isColoured = async (env: Record<string, string>) => {
    const { stdout } = await sandbox.warm(["plan"], { env });
    expect(stdout).toContain("create");
    return stdout.includes(ESCAPE);
  };

  it.each([
    ["is not for pipes", {}, false],
    ["is for pipes when FORCE_COLOR asks for it", { FORCE_COLOR: "1" }, true],
    ["is not there when FORCE_COLOR is 0", { FORCE_COLOR: "0" }, false],
    ["is not there when NO_COLOR is set, whatever else", { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    ["is not taken away by an empty NO_COLOR", { NO_COLOR: "", FORCE_COLOR: "1" }, true],
  ])("%s", async (_name, env, expected) => {
    expect(await isColoured(env)).toBe(expected);
  });
});

describe("a plan is saved", () => {
  const save = (file: string) => sandbox.warm(["plan", "--out", file]);

  it("for its owner's eyes alone, over an older one", async () => {
    const file = join(sandbox.dir, "plan.json");
    writeFileSync(file, "older", { mode: 0o644 });
    const { code, stderr } = await save("plan.json");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "Saved the plan. Apply exactly this: warm apply plan.json\n",
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8")).format).toBe("warm.plan/1");
  });

  it("where a link points to", async () => {
    symlinkSync("target.json", join(sandbox.dir, "link.json"));
    writeFileSync(join(sandbox.dir, "target.json"), "");
    expect((await save("link.json")).code).toBe(0);
    expect(JSON.parse(readFileSync(join(sandbox.dir, "target.json"), "utf8")).format).toBe("warm.plan/1");
  });

  it("never in place of a device, a pipe or a folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "warm-out-"));
    symlinkSync("/dev/null", join(folder, "null"));
    for (const file of [join(folder, "null"), folder]) {
      const { code, stderr } = await save(file);
      expect(code).toBe(64);
      expect(stderr).toContain(`error: cannot write ${file}: it is no file`);
    }
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it("not at all in a folder that is not there", async () => {
    const { code, stderr } = await save("nowhere/plan.json");
    expect(code).toBe(64);
    expect(stderr).toMatch(/^error: cannot write .*nowhere\/plan\.json: /);
  });
});
