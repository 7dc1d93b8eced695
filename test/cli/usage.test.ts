import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWarm, type WarmResult } from "../rig/run-warm.js";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "warm-usage-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const warm = (args: string): Promise<WarmResult> =>
  startWarm(args.split(" ").filter(Boolean), dir, { env: { HOME: dir } }).result;

describe.concurrent("a command line that cannot be meant exits 64 and says what is wrong", () => {
  it.each([
    ["aply", "unknown command 'aply'", "Did you mean apply?"],
    ["plan --targett x", "unknown option '--targett'", "Did you mean --target?"],
    ["plan extra", "too many arguments for 'plan'", "warm plan --help lists its options"],
    ["plan --format yaml", "argument 'yaml' is invalid", "Allowed choices are text, json"],
    ["validate --format xml", "argument 'xml' is invalid", "Allowed choices are text, json, github"],
    ["plan --out", "option '--out <file>' argument missing", ""],
    ["--file", "option '-f, --file <path>' argument missing", ""],
    ["apply --lock-timeout soon", "argument 'soon' is invalid", "30s, 5m or 1h30m"],
    ["apply one two", "too many arguments for 'apply'", ""],
    ["apply nope.json", "there is no plan nope.json", "`warm plan --out FILE` writes one"],
    ["explain", "missing required argument 'address'", ""],
    ["schema nope", "value 'nope' is invalid for argument 'name'", "Allowed choices are warm, plan"],
    ["lock brake", "unknown command 'brake'", "Did you mean break?"],
    ["doctor --jsn", "unknown option '--jsn'", "Did you mean --json?"],
    [
      "watch --listen 127.0.0.1:0",
      "the API answers only to tokens, and there is none",
      "`openssl rand -hex 32` makes",
    ],
    ["watch --listen 7077 --token-file x", "cannot listen at `7077`", "write it as `127.0.0.1:7077`"],
    ["watch --token-file x", "`--token-file` is for `--listen`", ""],
    ["status --api ftp://x", "the watcher's address is no http or https URL", "WARM_API_TOKEN"],
    [
      "events nope",
      "value 'nope' is invalid for argument 'type'",
      "choices are pass, work, transition, pool, job",
    ],
    ["init --file nowhere/warm.yaml", "cannot write nowhere/warm.yaml", ""],
  ])("warm %s", async (args, message, more) => {
    const { code, stdout, stderr } = await warm(args);
    expect(code).toBe(64);
    expect(stdout).toBe("");
    expect(stderr).toContain(`error: `);
    expect(stderr).toContain(message);
    expect(stderr).toContain(more);
  });

  it.each(["", "lock"])(
    "warm %s: what there is to choose from is told in place of an error",
    async (args) => {
      const { code, stdout, stderr } = await warm(args);
      expect(code).toBe(64);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^Usage: warm/);
    },
  );
});

describe.concurrent("help", () => {
  const commands = [
    ...["init", "validate", "schema", "plan", "apply", "destroy", "status", "explain", "doctor"],
    ...["engines", "lease", "release", "recycle", "canary"],
    ...["watch", "reconcile", "events", "run", "jobs", "result", "cancel"],
  ];

  it("lists every command with what it does, and where to start", async () => {
    const { code, stdout, stderr } = await warm("--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of [...commands, "lock"])
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b.* {2}\\w`, "m"));
    expect(stdout).toContain("Start with `warm init`.");
  });

  // That of every command is looked at in help.test.ts, without a process for each.
  it.each(["plan", "watch", "lock", "lock status"])(
    "of `warm %s` is whole and fits a terminal",
    async (command) => {
      const { code, stdout } = await warm(`${command} --help`);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Usage: warm ${command} `));
      expect(stdout).toContain("--host <endpoint>");
      // Values that nobody would type are no defaults.
      expect(stdout).not.toMatch(/default: (\[\]|""|0|undefined)/);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    },
  );

  it("is the same by `warm help`", async () => {
    expect((await warm("help plan")).stdout).toBe((await warm("plan --help")).stdout);
  });

  it("and the version is the package's own", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect((await warm("--version")).stdout).toBe(`${version}\n`);
  });
});
