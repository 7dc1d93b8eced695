import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { warmHeldAt } from "../templates/proxied-apply.js";
import { eventually } from "../watch/watched-project.js";
import { listEngines, writeEngineProject } from "./engine-project.js";
import { RESET } from "./kept-pool.js";

const library = JSON.stringify(resolve(import.meta.dirname, "../../../dist/index.js"));

const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };

let sandbox: Sandbox;
const children: ChildProcess[] = [];
beforeAll(async () => {
  sandbox = await createSandbox();
  await writeEngineProject(sandbox, { size: 2, lines: [RESET] });
});
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await sandbox.dispose();
});

/** Runs a module of a user's in the sandbox, compiled: Node 20 knows no `await using`. It prints JSON lines; `until` waits for one, `end` for the process. */
function script(body: string) {
  const path = join(sandbox.dir, `script-${children.length}.mjs`);
  const tell = "const tell = (value: unknown) => console.log(JSON.stringify(value));";
  const source = `import { openWarm } from ${library};\n${tell}\n${body}`;
  writeFileSync(path, ts.transpileModule(source, { compilerOptions }).outputText);
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DOCKER_HOST: `unix://${sandbox.socketPath}` };
  const child = spawn(process.execPath, [path], {
    cwd: sandbox.dir,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (more) => (output += more));
  const errors = text(child.stderr);
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const told = (): unknown[] =>
    output
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  return {
    stdin: child.stdin,
    until: (count: number) => eventually(() => told().length >= count && told()),
    async end() {
      const code = await ended;
      expect(code, await errors).toBe(0);
      return told();
    },
  };
}

const USES_ONE = `const warm = await openWarm({ file: "warm.yaml" });
{
  await using lease = await warm.pool("game").lease({ holder: "a script", bind: { env: { JOB: "42" } } });
  const { stdout } = await lease.exec(["sh", "-c", "echo job $JOB"]);
  tell({ isRemote: warm.isRemote, stdout, fence: lease.fence });
}
`;

describe("a script that opens the pools of a file", () => {
  it("fills them itself, uses an engine, and leaves the engines behind", async () => {
    const [first] = await script(`${USES_ONE}await warm.close();`).end();
    expect(first).toEqual({ isRemote: false, stdout: "job 42\n", fence: 1 });
    expect(await listEngines(sandbox)).toHaveLength(2);
    const { stdout } = await sandbox.call(["plan"]);
    expect(stdout).toContain("No changes.");
  });

  it("uses the engines that stand, and its fences go on", async () => {
    const before = (await listEngines(sandbox)).map(({ id }) => id);
    const [first] = await script(`${USES_ONE}await warm.close();`).end();
    expect(first).toMatchObject({ isRemote: false, fence: 2 });
    expect((await listEngines(sandbox)).map(({ id }) => id)).toEqual(before);
  });

  it("ends by itself once all it used is given back", async () => {
    const body = `await using warm = await openWarm();
await using lease = await warm.pool("game").lease();
tell(lease.engine);`;
    expect(await script(body).end()).toEqual([expect.stringMatching(/^engine\.game\/\d$/)]);
  });

  it("is told what pools there are where it asks for another", async () => {
    const body = `await using warm = await openWarm();
await warm.pool("chess").lease().catch(({ code, message, hint }) => tell({ code, message, hint }));`;
    expect(await script(body).end()).toEqual([
      { code: "not-found", message: "there is no pool `chess`", hint: "the file declares game" },
    ]);
  });
});

describe("two processes with one file", () => {
  it("share the pools: the second one asks the first", async () => {
    const one = script(`const warm = await openWarm();
await using lease = await warm.pool("game").lease({ holder: "one" });
tell({ isRemote: warm.isRemote, engine: lease.engine });
await new Promise((done) => process.stdin.once("data", done));
await lease.release();
await warm.close();`);
    const [first] = (await one.until(1)) as [{ engine: string; isRemote: boolean }];
    const [second] =
      (await script(`${USES_ONE}tell((await warm.pool("game").view()).engines.map((e) => e.lease?.holder));
await warm.close();`).end()) as [{ isRemote: boolean; stdout: string }];
    expect([first.isRemote, second.isRemote]).toEqual([false, true]);
    expect(second.stdout).toBe("job 42\n");
    one.stdin.end("go\n");
    await one.end();
    expect(await listEngines(sandbox)).toHaveLength(2);
  });
});

it("while an apply holds the lock, a script is refused with who is at work", async () => {
  const [{ id = "" } = {}] = await listEngines(sandbox);
  await sandbox.docker.getContainer(id).remove({ force: true });
  const step = { method: "POST", path: /\/containers\/create$/, query: "-engine-" } as const;
  await warmHeldAt(sandbox, ["apply", "--auto-approve"], step, async ({ child, result }) => {
    const body = `await openWarm().then((warm) => warm.close(), ({ code, message }) => tell({ code, message }));`;
    const [refused] = await script(body).end();
    expect(refused).toMatchObject({ code: "locked", message: expect.stringContaining("warm apply") });
    child.kill("SIGKILL");
    await result;
  });
  await sandbox.call(["lock", "break", "--force"]);
});
