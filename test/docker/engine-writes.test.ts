import { setMaxListeners } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Host } from "../../src/docker/connection/connect.js";
import { openExecSession } from "../../src/docker/exec/exec-session.js";
import { followLogs } from "../../src/docker/observe/follow-logs.js";
import { inspectContainer } from "../../src/docker/observe/read-objects.js";
import { createWriter, type HostWriter } from "../../src/docker/write/host-writer.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { connectTo, runContainer } from "./running-engine.js";

let sandbox: Sandbox;
let host: Host;
let writer: HostWriter;
let image: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  host = await connectTo(sandbox);
  writer = createWriter(host, async () => undefined);
  image = await sandbox.image("engine", { to: "load" });
});
afterAll(async () => {
  host.close();
  await sandbox.dispose();
});

it("a container is paused and thawed, twice over is fine too, and its session goes on", async () => {
  const id = await runContainer(sandbox, image);
  const session = await openExecSession(host, id);
  const isPaused = async () => (await inspectContainer(host.reader, id)).isPaused;
  await writer.containers.pause(id);
  await writer.containers.pause(id);
  expect(await isPaused()).toBe(true);
  await writer.containers.unpause(id);
  await writer.containers.unpause(id);
  expect(await isPaused()).toBe(false);
  expect(await session.run(["printf", "thawed"])).toMatchObject({ stdout: "thawed" });
  await session.close();
  await expect(writer.containers.pause("no-such")).rejects.toMatchObject({ code: "not-found" });
});

it("files are put into an image without a shell, with their folders", async () => {
  const bare = await sandbox.image("engine", { noShell: true, tag: "bare", to: "load" });
  const id = await runContainer(sandbox, bare);
  await writer.containers.putFiles(
    id,
    "/www/deep/er",
    { "a.txt": "text", "b": Uint8Array.of(0, 255) },
    0o600,
  );
  const address = [...(await inspectContainer(host.reader, id)).addresses.values()][0];
  expect(await (await fetch(`http://${address}:8080/deep/er/a.txt`)).text()).toBe("text");
  const bytes = await (await fetch(`http://${address}:8080/deep/er/b`)).arrayBuffer();
  expect([...new Uint8Array(bytes)]).toEqual([0, 255]);
});

it("what is known of a container tells its name, its labels and when it was started", async () => {
  const id = await runContainer(sandbox, image, { name: `${sandbox.id}-facts`, Labels: { a: "b" } });
  const facts = await inspectContainer(host.reader, id);
  expect(facts).toMatchObject({ name: `${sandbox.id}-facts`, isRunning: true, isPaused: false });
  expect(facts.labels).toMatchObject({ a: "b" });
  expect(facts.startedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
  expect(facts.finishedAt).toBe("0001-01-01T00:00:00Z");
});

it("logs that are followed take none of the connections that calls need", async () => {
  const id = await runContainer(sandbox, image);
  const enough = new AbortController();
  setMaxListeners(0, enough.signal);
  const following = Array.from({ length: 40 }, async () => {
    let lines = 0;
    for await (const _line of followLogs(host.reader, id, { cancel: enough.signal })) lines += 1;
    return lines;
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await inspectContainer(host.reader, id);
  await writer.containers.pause(id);
  await writer.containers.unpause(id);
  enough.abort();
  expect(await Promise.all(following)).toEqual(Array.from({ length: 40 }, () => 2));
});
