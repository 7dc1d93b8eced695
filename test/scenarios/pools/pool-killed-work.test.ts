import { afterAll, beforeAll, it } from "vitest";
import type { Step } from "../templates/proxied-apply.js";
import { type KeptPool, RESET } from "./kept-pool.js";
import { type KilledPool, keepKilledPool, MARKER } from "./killed-pool.js";
import { shell } from "./pool-clients.js";

let killed: KilledPool;
let pool: KeptPool;
beforeAll(async () => {
  killed = await keepKilledPool({ lines: [RESET] });
  pool = killed.pool;
  await pool.ready(2);
});
afterAll(() => killed[Symbol.asyncDispose]());

const creating: Step = { method: "POST", path: /\/containers\/create$/, query: "-engine-" };
const starting: Step = { method: "POST", path: /\/containers\/\w{64}\/start$/ };
const waiting: Step = { method: "GET", path: /\/containers\/\w{64}\/logs$/ };
const stopping: Step = { method: "POST", path: /\/containers\/\w{64}\/stop$/ };
const removing: Step = { method: "DELETE", path: /\/containers\/\w{64}$/ };

async function leaveDirty(): Promise<void> {
  const lease = await pool.lease();
  await shell(pool, lease, ': >"$1"', MARKER);
  await pool.client.release(lease.id, lease.fence, "dirty");
}

it.each([
  ["stops a dirty engine", stopping],
  ["removes it", removing],
  ["makes another one in its place", creating],
  ["starts that", starting],
  ["waits until that is ready", waiting],
])("a watcher that is killed as it %s is followed by one that makes the pool whole", async (_, step) => {
  await pool.ready(2);
  await killed.killAt(step, leaveDirty);
  pool.start();
  await killed.expectWhole();
});

it.each([
  ["starts the successor", starting],
  ["stops the old engine, the successor being ready", stopping],
])("a watcher that is killed as it %s is followed by one that finishes the replacement", async (_, step) => {
  const [engine] = await pool.ready(2);
  await killed.killAt(step, () => pool.client.recycle(pool.project.pool, engine?.slot));
  pool.start();
  await pool.until(({ engines }) => engines.every(({ containerId }) => containerId !== engine?.containerId));
  await killed.expectWhole();
});
