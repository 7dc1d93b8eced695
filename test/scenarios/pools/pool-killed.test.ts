import { afterAll, beforeAll, expect, it } from "vitest";
import { shellIn } from "../seeding/seeded-template.js";
import type { Step } from "../templates/proxied-apply.js";
import type { KeptPool } from "./kept-pool.js";
import { type KilledPool, keepKilledPool, MARKER } from "./killed-pool.js";
import { codeOf, release, shell } from "./pool-clients.js";

/** Does not end where a job says so, but only once: what was cut off in the middle is done again from its start. */
const hang = (file: string) => `if [ -e /config/${file} ]; then rm -f /config/${file}; sleep 600; fi`;
const RESET = `reset: { steps: [{ exec: [sh, -c, "${hang("hang-reset")}; rm -rf /config/worlds_local/*"] }], verify: { exec: [sh, -c, "${hang("hang-verify")}; test ! -e ${MARKER}"] } }`;

/** A reset that takes nothing away, which its proof finds out. */
const LYING = `reset: { steps: [{ exec: ["true"] }], verify: { exec: [test, "!", -e, ${MARKER}] } }`;

let killed: KilledPool;
let pool: KeptPool;
beforeAll(async () => {
  killed = await keepKilledPool({ lines: [RESET] });
  pool = killed.pool;
  await pool.ready(2);
});
afterAll(() => killed[Symbol.asyncDispose]());

it("leases that are held when the watcher is killed are as they were under the next one", async () => {
  const bind = { env: { TOKEN: "per job" }, files: { "/config/job.json": "{}" } };
  const one = await pool.lease({ holder: "one", key: "job-1", bind });
  const two = await pool.lease({ holder: "two" });
  await shell(pool, one, ': >"$1"', MARKER);
  await shell(pool, two, ': >"$1"', MARKER);
  await killed.kill();
  pool.start();
  const view = await pool.until(({ counts }) => counts.leased === 2);
  expect(view.engines.map(({ jobs }) => jobs)).toEqual([1, 1]);
  const leases = await pool.client.leases();
  for (const { id, fence, engine, holder, since } of [one, two])
    expect(leases).toContainEqual(expect.objectContaining({ id, fence, engine, holder, since }));
  const again = await pool.lease({ holder: "one", key: "job-1" });
  expect([again.id, again.fence, again.container.id]).toEqual([one.id, one.fence, one.container.id]);
  expect(await codeOf(pool.client.renew(two.id, one.fence))).toBe("stale-fence");
  const found = await shell(pool, one, 'echo "$TOKEN"; ls "$1"', MARKER);
  expect(found.stdout).toBe(`per job\n${MARKER}\n`);

  for (const lease of [one, two]) {
    await pool.client.renew(lease.id, lease.fence);
    await release(pool, lease);
  }
  const engines = await pool.ready(2);
  expect(engines.map(({ containerId }) => containerId).sort()).toEqual(
    [one, two].map(({ container }) => container.id).sort(),
  );
  const left = await shellIn(pool.sandbox, one.container.id, "ls /run/warm/env /config/job.json");
  expect(left.output.match(/No such file/g)).toHaveLength(2);
  const next = await pool.lease();
  expect(next.fence).toBeGreaterThan(Math.max(one.fence, two.fence));
  await release(pool, next);
  await killed.expectWhole();
});

it("a grant that a kill cut off is told to who asks again with its key, and all is bound", async () => {
  await pool.ready(2);
  // Too large for a shell: Docker is asked to write it.
  const files = { "/config/big.txt": "x".repeat(300_000) };
  const request = { holder: "retrier", key: "cut-off", bind: { files } };
  let cutOff: Promise<string> | undefined;
  await killed.killAt({ method: "PUT", path: /\/containers\/\w{64}\/archive$/ }, async () => {
    cutOff = codeOf(pool.lease(request));
  });
  expect(await cutOff).toBe("no-watcher");
  pool.start();
  await pool.until(() => true);
  const lease = await pool.lease(request);
  expect((await shell(pool, lease, "wc -c </config/big.txt")).stdout.trim()).toBe("300000");
  expect((await pool.client.leases()).map(({ id }) => id)).toEqual([lease.id]);
  await release(pool, lease);
  await killed.expectWhole();
});

it.each(["resetting", "verifying"] as const)(
  "an engine that was %s when the watcher was killed is reset anew before anyone has it",
  async (state) => {
    await pool.ready(2);
    const lease = await pool.lease();
    const isIt = ({ containerId }: { readonly containerId: string }) => containerId === lease.container.id;
    const jobs = (await pool.view()).engines.find(isIt)?.jobs;
    const file = state === "resetting" ? "hang-reset" : "hang-verify";
    await shell(pool, lease, ': >"$1"; : >"/config/$2"', MARKER, file);
    await release(pool, lease);
    await pool.until(({ counts }) => counts[state] === 1);
    await killed.kill();
    pool.start();
    const engine = (await pool.ready(2)).find(isIt);
    expect(engine?.jobs).toBe(jobs);
    expect(engine?.history.at(-1)?.reason).toBe("its reset is proven");
    await killed.expectWhole();
  },
);

it.each<[string, Step]>([
  ["given its other name", { method: "POST", path: /\/containers\/\w{64}\/rename$/ }],
  ["frozen", { method: "POST", path: /\/containers\/\w{64}\/pause$/ }],
])("an engine that was to be set aside, and not yet %s at a kill, is never handed out", async (_, step) => {
  const since = pool.watching.lines().length;
  await pool.save({ size: 2, lines: [LYING, "quarantine: { ttl: 10m, keep: 1 }"] });
  await pool.watching.line(({ msg }) => msg === "config loaded", since);
  await pool.until(({ counts }) => counts.ready === 2);
  const lease = await pool.lease();
  await shell(pool, lease, ': >"$1"', MARKER);
  await killed.killAt(step, () => release(pool, lease));
  pool.start();
  const { engines } = await pool.until(({ counts }) => counts.ready === 2 && counts.quarantined === 1);
  expect(engines.find(({ state }) => state === "quarantined")?.containerId).toBe(lease.container.id);
  await pool.save({ size: 2, lines: [LYING, "quarantine: { ttl: 1ms }"] });
  await killed.expectWhole();
});
