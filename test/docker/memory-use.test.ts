import { afterAll, beforeAll, expect, it, test } from "vitest";
import type { Host } from "../../src/docker/connection/connect.js";
import { memoryInUse, readMemoryUse } from "../../src/docker/observe/read-memory-use.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { connectTo, runContainer } from "./running-engine.js";

let sandbox: Sandbox;
let host: Host;
beforeAll(async () => {
  sandbox = await createSandbox();
  host = await connectTo(sandbox);
});
afterAll(async () => {
  host.close();
  await sandbox.dispose();
});

const MiB = 2 ** 20;
const stats = (usage: number, details: object) => ({ memory_stats: { usage, stats: details } });

test.each([
  ["of the first cgroups", stats(100, { total_inactive_file: 30, inactive_file: 1 }), 70],
  ["of the second cgroups", stats(100, { inactive_file: 30 }), 70],
  ["without a word on files", stats(100, {}), 100],
  ["with more files than memory", stats(100, { inactive_file: 130 }), 100],
  ["of a container that does not run", { memory_stats: {} }, 0],
])("memory %s", (_name, answer, bytes) => {
  expect(memoryInUse(answer)).toBe(bytes);
});

it("memory that processes hold counts, files that were read do not", async () => {
  const image = await sandbox.image("engine", { to: "load" });
  const hold = "hog=$(head -c 30000000 /dev/zero | tr '\\0' x)";
  const write = "head -c 60000000 /dev/zero >/file; sync; cat /file >/dev/null";
  const id = await runContainer(sandbox, image, {
    Cmd: ["sh", "-c", `${write}; ${hold}; echo held; sleep 60`],
  });
  await expect.poll(() => readMemoryUse(host.reader, id), { timeout: 10_000 }).toBeGreaterThan(28 * MiB);
  expect(await readMemoryUse(host.reader, id)).toBeLessThan(80 * MiB);
  await sandbox.docker.getContainer(id).kill();
  await sandbox.docker.getContainer(id).wait();
  expect(await readMemoryUse(host.reader, id)).toBe(0);
});
