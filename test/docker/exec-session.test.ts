import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Host } from "../../src/docker/connection/connect.js";
import { type ExecSession, openExecSession } from "../../src/docker/exec/exec-session.js";
import { readSmallFile } from "../../src/docker/observe/read-objects.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { connectTo, runContainer } from "./running-engine.js";

let sandbox: Sandbox;
let host: Host;
let image: string;
let engine: string;
const sessions: ExecSession[] = [];

beforeAll(async () => {
  sandbox = await createSandbox();
  host = await connectTo(sandbox);
  image = await sandbox.image("engine", { to: "load" });
  engine = await runContainer(sandbox, image);
});
afterEach(() => Promise.all(sessions.splice(0).map((session) => session.close())));
afterAll(async () => {
  host.close();
  await sandbox.dispose();
});

async function open(id = engine): Promise<ExecSession> {
  const session = await openExecSession(host, id);
  sessions.push(session);
  return session;
}

/** Processes in the engine whose command line has this text. */
async function processesWith(text: string): Promise<string[]> {
  const { Processes } = await sandbox.docker.getContainer(engine).top({ ps_args: "-eo pid,args" });
  return Processes.map((row: string[]) => row.join(" ")).filter((line: string) => line.includes(text));
}

describe("a command", () => {
  it("tells its exit code and both its streams", async () => {
    const session = await open();
    expect(await session.run(["sh", "-c", "echo out; echo err >&2; exit 7"])).toEqual({
      exitCode: 7,
      stdout: "out\n",
      stderr: "err\n",
    });
    expect(await session.run(["true"])).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await session.run(["printf", "%s", "no line end"])).toMatchObject({ stdout: "no line end" });
  });

  it("gets hostile words as they are", async () => {
    const session = await open();
    const words = [
      "$(rm -rf /)",
      "`id`",
      "';exit 1;'",
      "a\nb",
      "-n",
      "*",
      "~",
      "\\n",
      "ä€😀",
      "",
      "../../etc; rm -rf $HOME",
    ];
    const { stdout } = await session.run(["printf", "<%s>", ...words]);
    expect(stdout).toBe(words.map((word) => `<${word}>`).join(""));
  });

  it("has an environment of its own, and nothing to read", async () => {
    const session = await open();
    const env = { TOKEN: "it's $HOME", PLAIN: "a\nb" };
    const shown = await session.run(["sh", "-c", 'printf "%s|%s|%s" "$TOKEN" "$PLAIN" "$(cat)"'], { env });
    expect(shown.stdout).toBe("it's $HOME|a\nb|");
    expect((await session.run(["sh", "-c", "echo [$TOKEN]"])).stdout).toBe("[]\n");
    expect((await session.run(["cat"])).stdout).toBe("");
  });

  it("leaves nothing behind in the shell", async () => {
    const session = await open();
    await session.run(["cd", "/config"]);
    await session.run(["exit", "3"]);
    expect(await session.run(["pwd"])).toMatchObject({ stdout: "/workspace\n" });
  });

  it("that does not exist ends with 127 and says so", async () => {
    const { exitCode, stderr } = await (await open()).run(["no-such-program", "x"]);
    expect(exitCode).toBe(127);
    expect(stderr).toContain("no-such-program");
  });

  it("may write without end: what is kept is bounded, and says so", async () => {
    const { stdout } = await (await open()).run(["head", "-c", "3000000", "/dev/zero"]);
    expect(stdout.length).toBeLessThan(1024 * 1024 + 100);
    expect(stdout).toMatch(/\n\[1951424 bytes more\]$/);
  });
});

describe("what a command writes", () => {
  it("is told as it comes, each stream whole, and nothing of it after its end", async () => {
    const [session, other] = await Promise.all([open(), open()]);
    // The last of them could be the first of what tells us that a command has ended.
    for (const last of "0123456789abcdef") {
      await session.run(["rm", "-f", "/tmp/go"]);
      const told = { stdout: "", stderr: "" };
      const { promise: asked, resolve: ask } = deferred();
      const onOutput = (text: string, stream: "stdout" | "stderr") => {
        told[stream] += text;
        if (told.stdout === `ä ${last}`) ask();
      };
      const script = `printf 'ä ${last}'; until [ -e /tmp/go ]; do usleep 10000; done; echo 2 >&2`;
      const run = session.run(["sh", "-c", script], { onOutput });
      await asked;
      await other.putFile("/tmp/go", "");
      expect(await run).toEqual({ exitCode: 0, stdout: `ä ${last}`, stderr: "2\n" });
      await session.run(["echo", "another"]);
      expect(told).toEqual({ stdout: `ä ${last}`, stderr: "2\n" });
    }
  });

  it("is told whole where no more of it is kept, and stops with its time-out", async () => {
    const session = await open();
    let bytes = 0;
    const count = (text: string) => {
      bytes += text.length;
    };
    await session.run(["head", "-c", "3000000", "/dev/zero"], { onOutput: count });
    expect(bytes).toBe(3_000_000);
    const late = session.run(["yes"], { onOutput: count, timeoutMs: 200 });
    await expect(late).rejects.toMatchObject({ code: "deadline" });
    const atEnd = bytes;
    await session.run(["true"]);
    expect(bytes).toBe(atEnd);
  });
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

it("a thousand commands end in the order in which they were asked for", async () => {
  const session = await open();
  const order: string[] = [];
  const runs = Array.from({ length: 1000 }, async (_, index) => {
    const { stdout } = await session.run(["printf", "%s", String(index)]);
    order.push(stdout);
  });
  await Promise.all(runs);
  expect(order).toEqual(Array.from({ length: 1000 }, (_, index) => String(index)));
});

describe("a file", () => {
  it("is written whole, with its folders, its mode and whatever bytes", async () => {
    const session = await open();
    await session.putFile("/made/for it/it's.json", '{"seed":"$x \\n`"}\n', 0o600);
    expect(await readSmallFile(host.reader, engine, "/made/for it/it's.json")).toBe('{"seed":"$x \\n`"}\n');
    const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7) % 256);
    await session.putFile("/made/bytes", bytes, 0o755);
    const { stdout } = await session.run(["sh", "-c", "od -An -v -tu1 /made/bytes; ls -l /made/bytes"]);
    const numbers = stdout.slice(0, stdout.indexOf("-rwx")).trim().split(/\s+/).map(Number);
    expect(numbers).toEqual([...bytes]);
    expect(stdout).toContain("-rwxr-xr-x");
    expect((await session.run(["ls", "-A", "/made"])).stdout).toBe("bytes\nfor it\n");
  });

  it("that is large arrives too", async () => {
    const session = await open();
    for (const size of [200_000, 300_000, 3_000_000]) {
      const content = "0123456789".repeat(size / 10);
      await session.putFile(`/large/${size}`, content);
      const { stdout } = await session.run(["sh", "-c", `wc -c </large/${size}; tail -c 3 /large/${size}`]);
      expect(stdout.trim()).toBe(`${size}\n789`);
    }
  });

  it("that cannot be written is an error that says why", async () => {
    const session = await open();
    await expect(session.putFile("/config", "x")).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining("it is a folder"),
    });
    await expect(session.putFile("/proc/nothing/x", "x")).rejects.toMatchObject({ code: "rejected" });
    await expect(session.putFile("relative", "x")).rejects.toMatchObject({ code: "rejected" });
  });
});

describe("a command over its time", () => {
  it("is killed with what it started, and the next one runs", async () => {
    const session = await open();
    const late = session.run(["sh", "-c", "sleep 4321 & sleep 4321"], { timeoutMs: 300 });
    const next = session.run(["printf", "next"]);
    await expect(late).rejects.toMatchObject({ code: "deadline", message: expect.stringContaining("0.3 s") });
    expect(await processesWith("sleep 4321")).toEqual([]);
    expect(await next).toMatchObject({ exitCode: 0, stdout: "next" });
  });

  it("is killed as well when the caller has gone", async () => {
    const session = await open();
    const gone = new AbortController();
    const run = session.run(["sleep", "5432"], { cancel: gone.signal });
    setTimeout(() => gone.abort(), 200);
    await expect(run).rejects.toMatchObject({ code: "interrupted" });
    expect(await processesWith("sleep 5432")).toEqual([]);
    expect(session.isOpen).toBe(false);
    expect(await session.run(["true"])).toMatchObject({ exitCode: 0 });
    expect(session.isOpen).toBe(true);
  });
});

describe("a container that", () => {
  it("dies in the middle of a command fails it at once; once it runs again, the session is opened anew", async () => {
    const id = await runContainer(sandbox, image);
    const session = await open(id);
    const run = session.run(["sleep", "60"]);
    setTimeout(() => void sandbox.docker.getContainer(id).kill(), 200);
    await expect(run).rejects.toMatchObject({ code: "engine-failed" });
    await sandbox.docker.getContainer(id).wait();
    await expect(session.run(["true"])).rejects.toMatchObject({
      code: "engine-failed",
      message: expect.stringContaining("is not running"),
    });
    await sandbox.docker.getContainer(id).start();
    expect(await session.run(["true"])).toMatchObject({ exitCode: 0 });
  });

  it("has no shell says so, with what to do", async () => {
    const bare = await sandbox.image("engine", { noShell: true, tag: "bare", to: "load" });
    const id = await runContainer(sandbox, bare);
    await expect(openExecSession(host, id)).rejects.toMatchObject({
      code: "engine-failed",
      message: "there is no /bin/sh in the container",
      hint: expect.stringContaining("shell"),
    });
  });

  it("is not there is an error", async () => {
    await expect(openExecSession(host, "no-such-container")).rejects.toMatchObject({ code: "engine-failed" });
  });
});

it("a session that was closed takes no more commands, and ends its shell", async () => {
  const session = await open();
  const running = session.run(["sleep", "6543"]);
  const waiting = session.run(["true"]);
  const ended = Promise.allSettled([running, waiting]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await session.close();
  expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await expect(session.run(["true"])).rejects.toMatchObject({ code: "engine-failed" });
  expect(await processesWith("sleep 6543")).toEqual([]);
});
