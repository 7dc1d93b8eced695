import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "../rig/fault-proxy.js";
import { listEngines } from "./engine-project.js";
import { type KeptPool, keepPool } from "./kept-pool.js";
import { codeOf, release, shell } from "./pool-clients.js";
import { isStep, type Step, through } from "./proxied-apply.js";
import { eventually } from "./watched-project.js";

/** Slow where a job says so, but only the first time: what was killed in the middle is done again from the start. */
const SLOW = (file: string) =>
  `if [ -e /config/${file} ]; then rm -f /config/${file}; : >/config/began; sleep 600; fi`;
const RESET = `reset: { steps: [{ exec: [sh, -c, "${SLOW("slow-reset")}; rm -rf /config/worlds_local/*"] }], verify: { exec: [sh, -c, "${SLOW("slow-verify")}; test ! -e /config/worlds_local/marker"] } }`;
const MARKER = "/config/worlds_local/marker";

let pool: KeptPool;
let proxy: FaultProxy;
beforeAll(async () => {
  pool = await keepPool({ size: 2, lines: [RESET] });
  proxy = await startFaultProxy(pool.sandbox.socketPath);
});
afterEach(async () => {
  proxy.clear();
  for (const { id } of await pool.client.leases()) await pool.client.release(id, undefined);
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await proxy.stop();
});

/** The lock of a killed watcher is broken by hand: to wait until it is over would take 30 s. */
async function kill(): Promise<void> {
  const { child, result } = pool.watching.warm;
  child.kill("SIGKILL");
  await result;
  expect((await pool.sandbox.warm(["lock", "break", "--force"])).code).toBe(0);
}

const start = () => pool.start(through(proxy));

/** Kills the watcher before Docker sees the call that `begin` leads to. */
async function killAt(step: Step, begin: () => Promise<unknown>): Promise<void> {
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  const isMeant = isStep(step);
  let isHeld = false;
  const match = (call: Parameters<typeof isMeant>[0]) => {
    isHeld ||= isMeant(call);
    return isMeant(call);
  };
  proxy.fault({ match, action: { kind: "hold", until } });
  await begin();
  await eventually(
    () => isHeld,
    () => `never came to this step:\n${pool.watching.warm.output.stderr}`,
  );
  await kill();
  release();
  proxy.clear();
}

/** As a watcher that was never killed would have it: the engines of the pool, and no other container of it. */
async function expectWhole(): Promise<void> {
  const engines = await pool.ready(2);
  const containers = await eventually(
    async () => {
      const found = await listEngines(pool.sandbox);
      return found.length === 2 ? found : undefined;
    },
    () => "there are other containers",
  );
  expect(containers.map(({ id }) => id).sort()).toEqual(engines.map(({ containerId }) => containerId).sort());
  const leases = await Promise.all([pool.lease({ waitMs: 0 }), pool.lease({ waitMs: 0 })]);
  for (const lease of leases) expect((await shell(pool, lease, 'ls "$1"', MARKER)).stdout).toBe("");
  for (const lease of leases) await release(pool, lease);
  await pool.ready(2);
}

/** Another watcher in place of the first one, through the proxy. */
async function goOn(): Promise<void> {
  await pool.watching.stop();
  start();
  await pool.ready(2);
}

it("a watcher that is killed while its leases are held is followed by one that has them all as they were", async () => {
  await pool.ready(2);
  const bind = { env: { TOKEN: "per job" }, files: { "/config/job.json": "{}" } };
  const held = [await pool.lease({ holder: "one", key: "job-1", bind }), await pool.lease({ holder: "two" })];
  for (const lease of held) await shell(pool, lease, ': >"$1"', MARKER);
  await kill();
  start();
  const view = await pool.until(({ counts }) => counts.leased === 2);
  expect(view.engines.map(({ jobs }) => jobs)).toEqual([1, 1]);
  const leases = await pool.client.leases();
  for (const { id, fence, engine, holder } of held)
    expect(leases).toContainEqual(expect.objectContaining({ id, fence, engine, holder }));
  const [one, two] = held as [(typeof held)[0], (typeof held)[0]];
  expect(await pool.lease({ holder: "one", key: "job-1" })).toMatchObject({ id: one.id, fence: one.fence });
  expect(await codeOf(pool.client.renew(one.id, one.fence - 1))).toBe("stale-fence");
  expect((await shell(pool, one, 'echo "$TOKEN"; ls "$1"', MARKER)).stdout).toBe(`per job\n${MARKER}\n`);
  for (const lease of [one, two]) {
    await pool.client.renew(lease.id, lease.fence);
    await release(pool, lease);
  }
  const engines = await pool.ready(2);
  expect(engines.map(({ containerId }) => containerId).sort()).toEqual(
    held.map(({ container }) => container.id).sort(),
  );
  const next = await pool.lease();
  expect(next.fence).toBeGreaterThan(two.fence);
  await release(pool, next);
  for (const { container } of held) {
    const left = { id: next.id, fence: next.fence };
    expect(left).toBeDefined();
    const { output } = await import("./seeded-template.js").then(({ shellIn }) =>
      shellIn(pool.sandbox, container.id, "ls /run/warm/env /config/job.json"),
    );
    expect(output).not.toMatch(/^\/(run|config)\/\S*$/m);
  }
  await expectWhole();
});

it.each(["slow-reset", "slow-verify"])(
  "an engine whose %s was cut off by a kill is reset anew before anyone has it",
  async (file) => {
    await pool.ready(2);
    const lease = await pool.lease();
    const { jobs } =
      (await pool.view()).engines.find(({ containerId }) => containerId === lease.container.id) ?? {};
    await shell(pool, lease, ': >"$1"; : >"/config/$2"', MARKER, file);
    await release(pool, lease);
    await pool.until(({ counts }) => counts[file === "slow-reset" ? "resetting" : "verifying"] === 1);
    await kill();
    start();
    const engines = await pool.ready(2);
    expect(engines.find(({ containerId }) => containerId === lease.container.id)?.jobs).toBe(jobs);
    await expectWhole();
  },
);

it("a lease that was granted and not told when the watcher was killed is nobody's, and its engine is reset", async () => {
  await goOn();
  await expectWhole();
});

const dirty = async () => {
  const lease = await pool.lease();
  await shell(pool, lease, ': >"$1"', MARKER);
  await pool.client.release(lease.id, lease.fence, "dirty");
};

it.each<[string, Step]>([
  ["stops the old engine", { method: "POST", path: /\/containers\/\w{64}\/stop$/ }],
  ["removes the old engine", { method: "DELETE", path: /\/containers\/\w{64}$/ }],
  ["makes the new engine", { method: "POST", path: /\/containers\/create$/, query: "-engine-" }],
  ["starts the new engine", { method: "POST", path: /\/containers\/\w{64}\/start$/ }],
  ["waits for the new engine", { method: "GET", path: /\/containers\/\w{64}\/logs$/ }],
])("a watcher that is killed as it %s is followed by one that makes the pool whole", async (_, step) => {
  await goOn();
  await killAt(step, dirty);
  start();
  await expectWhole();
});

it.each<[string, Step]>([
  ["before the old one is stopped", { method: "POST", path: /\/containers\/\w{64}\/stop$/ }],
  ["before the old one is removed", { method: "DELETE", path: /\/containers\/\w{64}$/ }],
  ["before the new one is started", { method: "POST", path: /\/containers\/\w{64}\/start$/ }],
])("a replacement in another slot that was killed %s is finished", async (_, step) => {
  await goOn();
  await killAt(step, () => pool.client.recycle(pool.project.pool, 1));
  start();
  await expectWhole();
});

it.each<[string, Step]>([
  ["named", { method: "POST", path: /\/containers\/\w{64}\/rename$/ }],
  ["frozen", { method: "POST", path: /\/containers\/\w{64}\/pause$/ }],
])("an engine that was about to be set aside, and not yet %s, is never handed out", async (_, step) => {
  await pool.save({ size: 2, lines: [RESET.replace("rm -rf", "ls"), "quarantine: { ttl: 3s }"] });
  await goOn();
  const lease = await pool.lease();
  await shell(pool, lease, ': >"$1"', MARKER);
  await killAt(step, () => release(pool, lease));
  start();
  await pool.until(({ counts }) => counts.ready === 2);
  const others = await Promise.all([pool.lease({ waitMs: 0 }), pool.lease({ waitMs: 0 })]);
  expect(others.map(({ container }) => container.id)).not.toContain(lease.container.id);
  for (const other of others) await release(pool, other);
  await expectWhole();
});
