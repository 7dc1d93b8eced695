import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";
import { ask, codeOf, queue, release, shell } from "./pool-clients.js";

let pool: KeptPool;
beforeAll(async () => {
  pool = await keepPool({ size: 1, lines: [RESET, "lease: { queue: 2, leakAfter: 1s }"] });
  await pool.ready(1);
});
afterEach(() => pool.ready(1));
afterAll(() => pool[Symbol.asyncDispose]());

it("a lease that is not renewed expires: told with its holder, its engine replaced, its holder refused", async () => {
  const lease = await pool.lease({ holder: "sleeper", ttlMs: 1_000 });
  const { detail } = await pool.watching.line(({ msg }) => msg === "lease expired");
  expect(detail).toContain("the lease of sleeper expired after");
  const [engine] = await pool.ready(1);
  expect(engine?.containerId).not.toBe(lease.container.id);

  const next = await pool.lease({ holder: "next" });
  const late = pool.client.renew(lease.id, lease.fence);
  await expect(late).rejects.toMatchObject({
    code: "lease-ended",
    message: expect.stringContaining("expired"),
  });
  expect(await codeOf(pool.client.exec(lease.id, lease.fence, ["true"]))).toBe("lease-ended");
  await release(pool, lease);
  expect((await pool.client.leases()).map(({ id }) => id)).toEqual([next.id]);
  await release(pool, next);
});

it("a lease that is renewed in time outlives its ttl", async () => {
  const lease = await pool.lease({ ttlMs: 1_000 });
  for (let n = 0; n < 5; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await pool.client.renew(lease.id, lease.fence);
  }
  expect((await shell(pool, lease, "echo here")).stdout).toBe("here\n");
  await release(pool, lease);
});

it("more waiters than the queue takes are refused, and those who stand in it are served", async () => {
  const held = await pool.lease();
  const waiters = [await queue(pool, "one"), await queue(pool, "two")];
  expect(await codeOf(pool.lease())).toBe("queue-full");
  const path = `/v1/engines/${pool.project.pool}/leases`;
  const { status, body } = await ask(pool, "POST", path, { holder: "third" });
  expect([status, body.code]).toEqual([429, "queue-full"]);
  await release(pool, held);
  for (const { granted } of waiters) await release(pool, await granted);
});

it("a waiter whose time is over is told so, and why", async () => {
  const held = await pool.lease();
  const refused = pool.lease({ waitMs: 300 });
  await expect(refused).rejects.toMatchObject({
    code: "no-engine",
    message: expect.stringMatching(/waited for [\d.]+ s/),
  });
  await release(pool, held);
});

it("a lease that is held for long is told once, with its holder's name", async () => {
  const lease = await pool.lease({ holder: "forgetful@laptop" });
  const fits = ({ msg, holder }: { msg: string; holder?: unknown }) =>
    msg === "lease leaking" && holder === "forgetful@laptop";
  const { level, detail } = await pool.watching.line(fits);
  expect(level).toBe("warn");
  expect(detail).toContain("forgetful@laptop has held it for");
  await pool.client.renew(lease.id, lease.fence);
  await release(pool, lease);
  expect(pool.watching.lines().filter(fits)).toHaveLength(1);
});

it("a key's lease that is over is not given again", async () => {
  const lease = await pool.lease({ key: "once" });
  await release(pool, lease);
  await expect(pool.lease({ key: "once" })).rejects.toMatchObject({ code: "lease-ended" });
});
