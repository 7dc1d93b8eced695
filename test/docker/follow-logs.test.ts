import { afterAll, beforeAll, expect, it } from "vitest";
import type { Host } from "../../src/docker/connection/connect.js";
import { followLogs, type LogLine } from "../../src/docker/observe/follow-logs.js";
import { inspectContainer } from "../../src/docker/observe/read-objects.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
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

const script = (text: string) => ({ Cmd: ["sh", "-c", text] });

async function collect(lines: AsyncIterable<LogLine>): Promise<LogLine[]> {
  const collected: LogLine[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

it("lines of both streams come with their times, and end with the container", async () => {
  const before = Date.now() - 1000;
  const id = await runContainer(
    sandbox,
    image,
    script("echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three"),
  );
  const lines = await collect(followLogs(host.reader, id));
  expect(lines.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  const times = lines.map(({ at }) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeGreaterThan(before);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(150);
});

it("a line comes as soon as it is written", async () => {
  const id = await runContainer(sandbox, image, script("echo first; sleep 1; echo second; sleep 60"));
  const started = performance.now();
  for await (const { text } of followLogs(host.reader, id)) {
    if (text === "second") break;
  }
  expect(performance.now() - started).toBeLessThan(3000);
});

it("older lines than asked for are left out", async () => {
  const id = await runContainer(sandbox, image, script("echo old; sleep 0.5; echo new"));
  const [old] = await collect(followLogs(host.reader, id));
  const later = await collect(followLogs(host.reader, id, { sinceMs: (old?.at ?? 0) + 1 }));
  expect(later.map(({ text }) => text)).toEqual(["new"]);
});

it("only what is new can be asked for", async () => {
  const id = await runContainer(sandbox, image, script("echo old; sleep 1; echo new"));
  await new Promise((resolve) => setTimeout(resolve, 300));
  const lines = await collect(followLogs(host.reader, id, { onlyNew: true }));
  expect(lines.map(({ text }) => text)).toEqual(["new"]);
});

it("a container with a terminal is read as well", async () => {
  const settings = { ...script("echo one; echo two; echo 'größe €'"), Tty: true };
  const id = await runContainer(sandbox, image, settings);
  const lines = await collect(followLogs(host.reader, id));
  expect(lines.map(({ text }) => text)).toEqual(["one", "two", "größe €"]);
});

it("a line of more than a frame stays one, and one without end is cut", async () => {
  const long =
    "head -c 40000 /dev/zero | tr '\\0' x; echo; head -c 300000 /dev/zero | tr '\\0' y; echo; echo end";
  const id = await runContainer(sandbox, image, script(long));
  const lines = await collect(followLogs(host.reader, id));
  expect(lines.map(({ text }) => text[0])).toEqual(["x", "y", "e"]);
  expect(lines[0]?.text).toBe("x".repeat(40_000));
  expect(lines[1]?.text.length).toBeGreaterThan(60_000);
  expect(lines[1]?.text.length).toBeLessThan(100_000);
});

it("whoever has heard enough ends it", async () => {
  const id = await runContainer(sandbox, image, script("while :; do echo again; sleep 0.05; done"));
  const enough = new AbortController();
  const seen: string[] = [];
  for await (const { text } of followLogs(host.reader, id, { cancel: enough.signal })) {
    seen.push(text);
    if (seen.length === 3) enough.abort();
  }
  expect(seen.slice(0, 3)).toEqual(["again", "again", "again"]);
  expect((await inspectContainer(host.reader, id)).isRunning).toBe(true);
});

it("a log that no driver keeps is an error that says so", async () => {
  const settings = { HostConfig: { LogConfig: { Type: "none", Config: {} } } };
  const id = await runContainer(sandbox, image, settings);
  await expect(collect(followLogs(host.reader, id))).rejects.toMatchObject({
    code: "rejected",
    message: expect.stringContaining("its log driver keeps none"),
  });
});

it("a container that is not there is an error", async () => {
  await expect(collect(followLogs(host.reader, "no-such"))).rejects.toMatchObject({ code: "not-found" });
});
