import { execFile, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { systemdUnits } from "../rig/bootstrap/ci-tools.mjs";
import { loadImage } from "../rig/load-image.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { waitForExit } from "../rig/tied-process.js";
import { buildWarmImage } from "./compose/warm-image.js";
import { findCiTools, whyNot } from "./forge/ci-tools.js";
import { makeWarmCommand } from "./forge/warm-command.js";

const run = promisify(execFile);
const example = resolve("examples/systemd");
const units = readdirSync(example).filter((name) => /\.(service|timer)$/.test(name));

/** The settings of a unit, in order: of one that is given twice the last one is the one that counts for us. */
function readUnit(name: string): readonly (readonly [key: string, value: string])[] {
  const lines = readFileSync(join(example, name), "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, key = "", value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    return key === "" ? [] : [[key, value] as const];
  });
}

const settingOf = (name: string, key: string) => readUnit(name).findLast(([one]) => one === key)?.[1] ?? "";

const tools = findCiTools();

describe.skipIf("missing" in tools)(`systemd's own tool${whyNot(tools)}`, () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "warm-units-"));
    for (const folder of ["etc/systemd/system", "usr/lib/systemd", "usr/local/bin", "bin", "lib/systemd"])
      mkdirSync(join(root, folder), { recursive: true });
    cpSync(systemdUnits, join(root, "usr/lib/systemd/system"), { recursive: true, verbatimSymlinks: true });
    symlinkSync("/usr/lib/systemd/system", join(root, "lib/systemd/system"));
    for (const name of units) cpSync(join(example, name), join(root, "etc/systemd/system", name));
    for (const program of ["usr/local/bin/warm", "bin/kill"])
      writeFileSync(join(root, program), "#!/bin/sh\n", { mode: 0o755 });
    const docker = "[Unit]\nDescription=Docker\n[Service]\nExecStart=/usr/local/bin/warm\n";
    writeFileSync(join(root, "etc/systemd/system/docker.service"), docker);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const analyze = (...args: string[]) =>
    run(
      join("dir" in tools ? tools.dir : "", "systemd-analyze"),
      [...args.slice(0, 1), `--root=${root}`, ...args.slice(1)],
      {
        env: { LC_ALL: "C.UTF-8", PATH: process.env.PATH },
      },
    );
  const instance = (name: string) => name.replace("@.", "@shop.");

  it.each(units)("finds nothing wrong with %s", async (name) => {
    const { stdout, stderr } = await analyze(
      "verify",
      "--man=no",
      join(root, "etc/systemd/system", instance(name)),
    );
    expect(stdout + stderr).toBe("");
  });

  it("would find something wrong", async () => {
    const file = join(root, "etc/systemd/system/wrong.service");
    writeFileSync(file, "[Service]\nExecStart=/nowhere\nProtectSytem=strict\n");
    await expect(analyze("verify", "--man=no", file)).rejects.toThrow(/ProtectSytem.*[\s\S]*\/nowhere/);
  });

  it.each(units.filter((name) => name.endsWith(".service")))(
    "calls %s at most 2 of 10 exposed",
    async (name) => {
      const { stdout } = await analyze(
        "security",
        "--offline=true",
        "--threshold=20",
        "--no-pager",
        instance(name),
      );
      expect(Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2);
    },
  );
});

describe("the units", () => {
  const SHARED = (name: string) => {
    const all = readUnit(name).filter(
      ([key]) =>
        !/^(Description|ExecStart|EnvironmentFile|Environment|LoadCredential|StateDirectory|WorkingDirectory|WantedBy)$/.test(
          key,
        ),
    );
    return all.map(([key, value]) => `${key}=${value}`);
  };

  it("for one and for several projects have the same walls and the same life", () => {
    expect(SHARED("warm-watch@.service")).toEqual(SHARED("warm-watch.service"));
  });

  it("of the timer have the walls of the watcher", () => {
    const walls = (name: string) => SHARED(name).slice(SHARED(name).indexOf("User=warm"));
    expect(walls("warm-apply.service")).toEqual(walls("warm-watch.service"));
  });

  it("give what is in flight the time that it may take", () => {
    // Above the 8 s of --grace.
    expect(Number(settingOf("warm-watch.service", "TimeoutStopSec"))).toBeGreaterThan(10);
  });
});

describe("the commands of the units", () => {
  let sandbox: Sandbox;
  let etc: string;
  let state: string;
  let yaml: string;
  beforeAll(async () => {
    sandbox = await createSandbox();
    [etc, state] = [join(sandbox.dir, "etc"), join(sandbox.dir, "state")];
    for (const folder of [etc, state]) mkdirSync(folder);
    const image = await sandbox.image("engine", { to: "both" });
    const { project, prefix, network } = sandbox;
    const pool = `engines:\n  one:\n    image: ${image}\n    size: 1\n    ready: { log: connected }\n    resources: { memory: 64MiB }\n`;
    yaml = `version: 1\nproject: ${project}\nprefix: ${prefix}\nnetwork: ${network}\n${pool}`;
    writeFileSync(join(etc, "warm.yaml"), yaml);
    writeFileSync(join(etc, "tokens"), `read:${"r".repeat(32)}\n`, { mode: 0o600 });
  });
  afterAll(() => sandbox.dispose());

  /** ExecStart as systemd would split it: the units need no quotes. */
  function commandOf(name: string): string[] {
    const bin = makeWarmCommand(sandbox.dir);
    return settingOf(name, "ExecStart")
      .split(" ")
      .map((word) =>
        word
          .replace(/^\/usr\/local\/bin\//, `${bin}/`)
          .replace(/^\/etc\/warm(\/%i)?/, etc)
          .replace(/^\/var\/lib\/warm(\/%i)?/, state)
          .replace("$" + "{CREDENTIALS_DIRECTORY}", etc)
          .replace(/^127\.0\.0\.1:\d+$/, "127.0.0.1:0"),
      );
  }
  // As a service has it: nothing but what the unit says.
  const start = (name: string) => {
    const env = { PATH: process.env.PATH, HOME: state, DOCKER_HOST: `unix://${sandbox.socketPath}` };
    const given = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    const child = spawn("env", ["-i", ...given, ...commandOf(name)], {
      cwd: state,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const output = { text: "" };
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.text += text;
    });
    return { child, output };
  };

  /** What /readyz answers at the socket in the state directory. */
  const readiness = () =>
    new Promise<number | string | undefined>((settle) => {
      const call = get({ socketPath: join(state, "warm.sock"), path: "/readyz" }, (answer) => {
        answer.resume();
        settle(answer.statusCode);
      });
      call.on("error", ({ message }) => settle(message));
    });

  it.each(["warm-watch.service", "warm-watch@.service"])(
    "%s watches, takes a reload, and ends in good order when it is stopped",
    async (name) => {
      const { child, output } = start(name);
      await vi.waitFor(async () => expect(await readiness(), output.text).toBe(200), 20_000);
      child.kill("SIGHUP");
      // Only one of them has tokens to tell of; either lives on.
      if (settingOf(name, "LoadCredential") !== "")
        await vi.waitFor(() => expect(output.text).toContain("tokens loaded"), 20_000);
      await vi.waitFor(async () => expect(await readiness(), output.text).toBe(200), 20_000);
      child.kill("SIGTERM");
      await waitForExit(child);
      expect(child.exitCode, output.text).toBe(0);
    },
  );

  it("warm-apply.service makes one round and ends", async () => {
    const { child, output } = start("warm-apply.service");
    await waitForExit(child);
    expect(child.exitCode, output.text).toBe(0);
  });

  it.skipIf("missing" in tools)(
    "run under the unit's filter of system calls, as its seccomp profile",
    async () => {
      const words = readUnit("warm-watch.service").flatMap(([key, value]) =>
        key === "SystemCallFilter" ? [value] : [],
      );
      const allowed = new Set<string>();
      for (const word of words) {
        const isTaken = !word.startsWith("~");
        for (const name of await expand(word.replace("~", "").split(" ")))
          isTaken ? allowed.add(name) : allowed.delete(name);
      }
      expect(allowed.size).toBeGreaterThan(200);
      const profile = {
        defaultAction: "SCMP_ACT_ERRNO",
        defaultErrnoRet: 1,
        syscalls: [{ names: [...allowed], action: "SCMP_ACT_ALLOW" }],
      };
      const { image, binds } = await buildWarmImage(resolve("examples/compose/Dockerfile"), sandbox.id);
      await loadImage(sandbox.docker, `${sandbox.id}/warm:local`, image);
      const container = await sandbox.docker.createContainer({
        name: `${sandbox.id}-filtered`,
        Image: `${sandbox.id}/warm:local`,
        User: "root",
        Cmd: ["--file", "/etc/warm/warm.yaml", "watch", "--once", "--state-dir", "/var/lib/warm"],
        HostConfig: {
          NetworkMode: "host",
          SecurityOpt: [`seccomp=${JSON.stringify(profile)}`, "no-new-privileges"],
          Binds: [...binds, `${etc}:/etc/warm:ro`, `${sandbox.socketPath}:/var/run/docker.sock`],
        },
      });
      await container.start();
      const { StatusCode } = await container.wait();
      expect(StatusCode, String(await container.logs({ stdout: true, stderr: true }))).toBe(0);
    },
  );
});

/** The system calls that systemd's names for groups of them stand for. */
async function expand(names: readonly string[]): Promise<string[]> {
  const program = join("dir" in tools ? tools.dir : "", "systemd-analyze");
  const all = await Promise.all(
    names.map(async (name) => {
      if (!name.startsWith("@")) return [name];
      const { stdout } = await run(program, ["syscall-filter", "--no-pager", name]);
      const lines = stdout
        .split("\n")
        .slice(1)
        .map((line) => line.trim());
      return expand(lines.filter((line) => line !== "" && !line.startsWith("#")));
    }),
  );
  return all.flat();
}
