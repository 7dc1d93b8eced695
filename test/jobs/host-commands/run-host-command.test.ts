import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fillText } from "../../../src/jobs/fill-text.js";
import {
  type HostCommandSettings,
  runHostCommand,
} from "../../../src/jobs/host-commands/run-host-command.js";
import { temporaryFolder } from "../data/folders.js";

const NODE = process.execPath;
/** In a program of ours: whether a process is there, also one that waits to be buried. */
const isThere = (pid: number) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
};

interface Running extends Partial<Omit<HostCommandSettings, "command">> {
  readonly timeoutMs?: number;
}

async function run(command: readonly string[], { timeoutMs = 20_000, ...settings }: Running = {}) {
  const lines: string[] = [];
  const params = settings.params ?? {};
  await runHostCommand({
    command: { command, timeoutMs },
    fill: (text) => fillText(text, { ...params, dir: settings.dir ?? "/job" }),
    baseDir: temporaryFolder(),
    dir: "/job",
    jobId: "job-1",
    params,
    env: process.env,
    onLine: (line) => lines.push(line),
    cancel: new AbortController().signal,
    ...settings,
  });
  return lines;
}

const script = (code: string) => [NODE, "-e", code];

describe("a command on the host", () => {
  test("gets its arguments as they are: no shell reads them", async () => {
    const seed = '$(reboot); rm -rf "$HOME" {dir} `x`\n-rf *';
    const lines = await run(
      [NODE, "-p", "JSON.stringify(process.argv.slice(1))", "--", "{dir}/raw", "{seed}", "{other}"],
      {
        dir: "/data/job",
        params: { seed },
      },
    );
    expect(JSON.parse(lines[0] ?? "")).toEqual(["/data/job/raw", seed, "{other}"]);
  });

  test("runs in the file's folder with the job in its environment, and closed input", async () => {
    const baseDir = temporaryFolder();
    const show = `const { WARM_JOB_DIR, WARM_JOB_ID, WARM_PARAM_SEED, WARM_PARAM_SIZE, OURS } = process.env;
      const input = require("fs").readFileSync(0, "utf8");
      console.log(JSON.stringify({ WARM_JOB_DIR, WARM_JOB_ID, WARM_PARAM_SEED, WARM_PARAM_SIZE, OURS, input, cwd: process.cwd() }))`;
    const lines = await run(script(show), {
      baseDir,
      params: { seed: "a\nb", size: 4.0 },
      env: { ...process.env, OURS: "1" },
    });
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      WARM_JOB_DIR: "/job",
      WARM_JOB_ID: "job-1",
      WARM_PARAM_SEED: "a\nb",
      WARM_PARAM_SIZE: "4",
      OURS: "1",
      input: "",
      cwd: baseDir,
    });
  });

  test("a program is found from that folder on", async () => {
    const baseDir = temporaryFolder();
    writeFileSync(join(baseDir, "render"), "#!/bin/sh\necho rendered\n", { mode: 0o755 });
    expect(await run(["./render"], { baseDir })).toEqual(["rendered"]);
  });

  test("its lines are told as they come, of both streams, the last one too", async () => {
    const lines = await run(
      script(`process.stdout.write("a\\r\\nü\\nlast"); process.stderr.write("error\\n")`),
    );
    expect(lines.sort()).toEqual(["a", "error", "last", "ü"]);
  });

  test("what it leaves running ends with it, and is not waited for", async () => {
    const [pid = ""] = await run(["sh", "-c", "sleep 1000 & echo $!"]);
    await expect.poll(() => isThere(Number(pid))).toBe(false);
  });
});

describe("a command that fails", () => {
  test("is told with its exit code and its last 20 lines", async () => {
    const code = `for (let i = 0; i < 50; i += 1) console.log("line " + i); process.exitCode = 3`;
    await expect(run(script(code))).rejects.toMatchObject({
      code: "rejected",
      message: `"${NODE}" exited with 3`,
      logs: Array.from({ length: 20 }, (_, index) => `line ${index + 30}`),
    });
  });

  test("by a signal is told so", async () => {
    await expect(run(["sh", "-c", "kill -9 $$"])).rejects.toThrow('"sh" was killed by SIGKILL');
  });

  test.each([
    ["no such program", ["warm-no-such-program"], "no such program"],
    ["an empty name", [""], "no such program"],
    ["nothing at all", [], "no such program"],
    ["a file that may not be run", ["./plain"], "it may not be run"],
    ["a folder", ["/tmp"], "it may not be run"],
    ["a NUL", ["true", "a\0b"], "holds a NUL"],
    ["an argument of 4 MiB", ["true", "x".repeat(2 ** 22)], "its arguments are too long"],
  ])("%s", async (_, command, why) => {
    const baseDir = temporaryFolder();
    writeFileSync(join(baseDir, "plain"), "text", { mode: 0o644 });
    await expect(run(command, { baseDir })).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining(why),
      hint: expect.any(String),
    });
  });

  test("a folder that is gone is told apart from a program that is", async () => {
    await expect(run(["true"], { baseDir: "/no/such/folder" })).rejects.toThrow(
      "its folder /no/such/folder is not there",
    );
  });
});

describe("a command that does not end", () => {
  const stubborn = `trap "" TERM; echo $$; sleep 1000 & echo $!; while :; do wait; done`;

  test("is killed with its group at its time-out, even if it does not listen", async () => {
    const lines: string[] = [];
    const begun = performance.now();
    const running = run(["sh", "-c", stubborn], { timeoutMs: 500, onLine: (line) => lines.push(line) });
    await expect(running).rejects.toMatchObject({
      code: "deadline",
      message: '"sh" was ended after its 500 ms',
      logs: lines,
    });
    expect(performance.now() - begun).toBeGreaterThan(2_400);
    expect(lines).toHaveLength(2);
    for (const pid of lines) await expect.poll(() => isThere(Number(pid))).toBe(false);
  });

  test("is asked to end first", async () => {
    const cancel = new AbortController();
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      if (line === "up") cancel.abort();
    };
    const code = `trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done`;
    await expect(run(["sh", "-c", code], { cancel: cancel.signal, onLine })).rejects.toMatchObject({
      code: "interrupted",
    });
    // The group is asked: a shell may tell that the program which it waited for was ended, too.
    expect(lines.filter((line) => !line.includes("Terminated"))).toEqual(["up", "bye"]);
  });

  test("is not begun once the job is cancelled", async () => {
    const dir = temporaryFolder();
    await expect(run(["touch", join(dir, "made")], { cancel: AbortSignal.abort() })).rejects.toThrow(
      "was not run",
    );
  });

  test("may write for ever, with and without line ends, in bounded memory", async () => {
    for (const program of ["yes", "cat /dev/zero"]) {
      let longest = 0;
      let bytes = 0;
      const before = process.memoryUsage().rss;
      const onLine = (line: string) => {
        longest = Math.max(longest, line.length);
        bytes += line.length;
      };
      await expect(run(program.split(" "), { timeoutMs: 700, onLine })).rejects.toMatchObject({
        code: "deadline",
      });
      expect(bytes).toBeGreaterThan(100_000);
      expect(longest).toBeLessThanOrEqual(4096);
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
    }
  });
});
