import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { connectHost, type Host } from "../../src/docker/connection/connect.js";
import { parseEndpoint } from "../../src/docker/connection/parse-endpoint.js";
import { type ConsoleChannel, openConsole } from "../../src/docker/exec/console-channel.js";
import { inspectContainer } from "../../src/docker/observe/read-objects.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { dialStdio, makeFakeSsh } from "../scenarios/hosts/fake-ssh.js";
import { startTcpRelay } from "../scenarios/hosts/relays.js";
import { eventually } from "../scenarios/watch/watched-project.js";
import { connectTo, runContainer } from "./running-engine.js";

let sandbox: Sandbox;
let host: Host;
let image: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  host = await connectTo(sandbox);
  image = await sandbox.image("engine", { to: "load" });
});
afterAll(async () => {
  host.close();
  await sandbox.dispose();
});

const stdin = { OpenStdin: true, StdinOnce: false };
/** Says each line back, and everything that it is asked to in other ways. */
const ECHO = `echo ready; while read -r line; do
  case "$line" in
    long*) head -c "\${line#long }" /dev/zero | tr '\\0' x; echo; echo after ;;
    bytes) for byte in '\\303' '\\244' '\\360\\237' '\\230\\200' '\\n'; do printf "$byte"; usleep 30000; done ;;
    both) echo out; echo err >&2 ;;
    quit) printf 'last words'; exit 3 ;;
    *) printf '<%s>\\n' "$line" ;;
  esac
done`;
const runEcho = (more = {}) => runContainer(sandbox, image, { ...stdin, Cmd: ["sh", "-c", ECHO], ...more });

async function open(id: string, on = host) {
  const lines: string[] = [];
  const channel = await openConsole(on, id, { onLine: (line) => lines.push(line) });
  const until = (line: string) =>
    eventually(
      async () => lines.includes(line) || undefined,
      () => `no ${line} in ${JSON.stringify(lines).slice(0, 500)}`,
    );
  const say = async (line: string) => {
    await channel.writeLine(line);
    await until(`<${line}>`);
  };
  return { channel, lines, until, say };
}

async function expectEcho(on: Host, id: string): Promise<void> {
  const { channel, say, until, lines } = await open(id, on);
  for (const line of ["a 'b' \"c\" \\d\\n $(reboot) `id`", "ä€😀", "x".repeat(64 * 1024)]) await say(line);
  await channel.writeLine("long 100000");
  await until("after");
  expect(lines.at(-2)).toHaveLength(100_000);
  channel.close();
  expect(await channel.ended).toBeUndefined();
}

it("a line arrives as it is and every line that is written since comes back whole, none before", async () => {
  const id = await runEcho();
  const first = await open(id);
  await first.say("one");
  const second = await open(id);
  await second.say("two");
  expect(second.lines).toEqual(["<two>"]);
  expect(first.lines).toEqual(expect.arrayContaining(["<one>", "<two>"]));
  first.channel.close();
  second.channel.close();
  await expectEcho(host, id);
});

it("characters that come byte by byte are whole, streams do not mix, what is over 256 KiB is cut", async () => {
  const { channel, until, lines } = await open(await runEcho());
  await channel.writeLine("bytes");
  await until("ä😀");
  await channel.writeLine("both");
  await until("out");
  await until("err");
  await channel.writeLine("long 600000");
  await until("after");
  expect(lines.at(-2)).toBe("x".repeat(256 * 1024));
  channel.close();
});

it("a process with a terminal is heard too, and its keys are none of Docker's", async () => {
  const { channel, until } = await open(await runEcho({ Tty: true }));
  await channel.writeLine("both");
  await until("err");
  await channel.writeLine("it's ä€😀");
  await until("<it's ä€😀>");
  await expect(channel.writeLine("\u0010\u0011")).rejects.toMatchObject({ code: "rejected" });
  channel.close();
});

it("whoever goes leaves the process's input open", async () => {
  const id = await runEcho();
  for (const line of ["one", "two", "three"]) {
    const { channel, say } = await open(id);
    await say(line);
    channel.close();
    channel.close();
    await channel.ended;
  }
  expect((await inspectContainer(host.reader, id)).isRunning).toBe(true);
});

it("a process that reads nothing holds up who writes, and nobody else", async () => {
  const id = await runContainer(sandbox, image, { ...stdin, Cmd: ["sh", "-c", "echo up; sleep 300"] });
  const { channel } = await open(id);
  const written: number[] = [];
  const writes = Array.from({ length: 40 }, (_, index) =>
    channel.writeLine("x".repeat(256 * 1024)).then(
      () => void written.push(index),
      (error: unknown) => expect(error).toMatchObject({ code: "engine-failed" }),
    ),
  );
  await expectEcho(host, await runEcho());
  expect(written.length).toBeLessThan(40);
  channel.close();
  expect(await channel.ended).toBeUndefined();
  await Promise.all(writes);
});

it("the end of the process is told after its last words, that of one that was over before at once", async () => {
  const id = await runEcho();
  const { channel, lines } = await open(id);
  await channel.writeLine("quit");
  expect(await channel.ended).toMatchObject({ code: "engine-failed" });
  expect(lines.at(-1)).toBe("last words");
  await expect(channel.writeLine("x")).rejects.toMatchObject({ code: "engine-failed" });
  const late: ConsoleChannel = await openConsole(host, id, { onLine: () => undefined });
  expect(await late.ended).toMatchObject({ message: expect.stringContaining("exit code 3") });
  await expect(openConsole(host, "no-such", { onLine: () => undefined })).rejects.toMatchObject({
    code: "engine-failed",
  });
});

it("a container that is not started yet is heard from its first line on", async () => {
  const container = await sandbox.docker.createContainer({
    ...stdin,
    Image: image,
    name: `${sandbox.id}-new`,
    Cmd: ["sh", "-c", "echo first; echo second"],
  });
  const lines: string[] = [];
  const channel = await openConsole(host, container.id, { onLine: (line) => lines.push(line), isNew: true });
  await container.start();
  expect(await channel.ended).toMatchObject({ code: "engine-failed" });
  expect(lines).toEqual(["first", "second"]);
});

it("it goes over TCP, whose loss is told, and over ssh", async () => {
  const id = await runEcho();
  const relay = await startTcpRelay(sandbox.socketPath);
  const byTcp = await connectHost(parseEndpoint(`tcp://127.0.0.1:${relay.port}`, "test", () => undefined));
  await expectEcho(byTcp, id);
  const { channel } = await open(id, byTcp);
  await relay.close();
  expect(await channel.ended).toMatchObject({ code: "engine-failed" });
  byTcp.close();
  const { env } = makeFakeSsh(sandbox.dir, dialStdio(sandbox.socketPath));
  vi.stubEnv("PATH", env.PATH ?? "");
  const bySsh = await connectHost(parseEndpoint("ssh://build-7", "test", () => undefined));
  await expectEcho(bySsh, id);
  bySsh.close();
  vi.unstubAllEnvs();
});
