import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { journalPath } from "../../../src/pool/journal/journal-path.js";
import type { GrantedLease } from "../../../src/pool/pools.js";
import { shellIn } from "../seeding/seeded-template.js";
import { eventually } from "../watch/watched-project.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";
import { ask, codeOf, queue, release, shell } from "./pool-clients.js";

const SIZE = 3;
let pool: KeptPool;
beforeAll(async () => {
  pool = await keepPool({ size: SIZE, lines: [RESET] });
  await pool.ready(SIZE);
});
afterEach(() => pool.ready(SIZE));
afterAll(() => pool[Symbol.asyncDispose]());

const takeAll = async () => Promise.all(Array.from({ length: SIZE }, () => pool.lease({ waitMs: 0 })));
const giveBack = (leases: readonly GrantedLease[]) =>
  Promise.all(leases.map((lease) => release(pool, lease)));

/** Writes our name where nobody's may be, and finds it there a while later. */
const USE = `cd /config/worlds_local
[ -z "$(ls)" ] || { echo "here is $(cat *)"; exit 1; }
echo "$1" >holder.db; usleep 20000
[ "$(cat holder.db)" = "$1" ] || { echo "here was $(cat *)"; exit 2; }`;

it("eight clients on three engines: no two at one, all are served, and nobody finds what another left", async () => {
  const before = await pool.view();
  const [clients, rounds] = [8, 6];
  const uses: { readonly fence: number; readonly found: string }[] = [];
  const work = async (client: number) => {
    for (let round = 0; round < rounds; round += 1) {
      const lease = await pool.lease({ holder: `client-${client}` });
      const { stdout } = await shell(pool, lease, USE, lease.id);
      uses.push({ fence: lease.fence, found: stdout });
      await release(pool, lease);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => work(client)));
  expect(uses.map(({ found }) => found)).toEqual(Array(clients * rounds).fill(""));
  expect(new Set(uses.map(({ fence }) => fence)).size).toBe(clients * rounds);
  const engines = await pool.ready(SIZE);
  const ids = (list: readonly { readonly containerId: string }[]) =>
    list.map(({ containerId }) => containerId).sort();
  expect(ids(engines)).toEqual(ids(before.engines));
  expect(engines.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(clients * rounds);
});

it("first come, first served", async () => {
  const held = await takeAll();
  const served: string[] = [];
  const waiters = [];
  for (const holder of ["first", "second", "third", "fourth", "fifth"]) {
    const { granted, positions } = await queue(pool, holder);
    expect(positions[0]).toBe(waiters.length + 1);
    waiters.push(
      granted.then(async (lease) => {
        expect(lease.source).toBe("queued");
        served[lease.fence] = lease.holder;
        await release(pool, lease);
      }),
    );
  }
  await giveBack(held);
  await Promise.all(waiters);
  expect(served.filter(Boolean)).toEqual(["first", "second", "third", "fourth", "fifth"]);
});

it("a higher priority is served first, within one who came first", async () => {
  const held = await takeAll();
  const served: string[] = [];
  const waiters = [];
  for (const [holder, priority] of [
    ["plain", 0],
    ["plain too", 0],
    ["urgent", 5],
    ["whenever", -5],
    ["urgent too", 5],
  ] as const) {
    const { granted } = await queue(pool, holder, { priority });
    waiters.push(
      granted.then(async (lease) => {
        served[lease.fence] = lease.holder;
        await release(pool, lease);
      }),
    );
  }
  await giveBack(held);
  await Promise.all(waiters);
  expect(served.filter(Boolean)).toEqual(["urgent", "urgent too", "plain", "plain too", "whenever"]);
});

it("whoever loses the reply and asks again with the same key gets the same lease", async () => {
  const path = `/v1/engines/${pool.project.pool}/leases`;
  const lost = await ask(pool, "POST", path, { holder: "retrier", key: "job-1" }, true);
  expect(lost.status).toBe(201);
  const [held, ...more] = await pool.client.leases();
  expect(more).toEqual([]);
  const again = await pool.lease({ holder: "retrier", key: "job-1" });
  expect(again).toMatchObject({ id: held?.id, fence: held?.fence, engine: held?.engine });
  await release(pool, again);
  expect(await codeOf(pool.lease({ holder: "retrier", key: "job-1" }))).toBe("lease-ended");
});

it("a waiter that disconnects leaves, and the engine goes to the next one", async () => {
  const held = await takeAll();
  const gone = new AbortController();
  const leaver = await queue(pool, "leaver", { cancel: gone.signal });
  const stayer = await queue(pool, "stayer");
  gone.abort();
  expect(await codeOf(leaver.granted)).toBe("interrupted");
  await pool.until(({ queued }) => queued === 1);
  await eventually(() => stayer.positions.at(-1) === 1);
  await giveBack(held);
  await release(pool, await stayer.granted);
  expect(stayer.positions).toEqual([2, 1]);
  const engines = await pool.ready(SIZE);
  expect(engines.flatMap(({ history }) => history.map(({ reason }) => reason)).join()).not.toContain(
    "leaver",
  );
});

it("a renewal or a release with an old fence is refused", async () => {
  const old = await pool.lease({ holder: "old" });
  await release(pool, old);
  const lease = await pool.lease({ holder: "new" });
  expect(lease.fence).toBeGreaterThan(old.fence);
  expect(await codeOf(pool.client.renew(lease.id, old.fence))).toBe("stale-fence");
  expect(await codeOf(pool.client.release(lease.id, old.fence))).toBe("stale-fence");
  expect(await codeOf(pool.client.exec(lease.id, old.fence, ["true"]))).toBe("stale-fence");
  const { status, body } = await ask(pool, "PUT", `/v1/leases/${lease.id}`, { fence: old.fence });
  expect([status, body.code]).toEqual([409, "stale-fence"]);
  expect((await pool.client.renew(lease.id, lease.fence)).id).toBe(lease.id);
  await release(pool, lease);
});

it("with nothing ready, who does not wait is refused at once and told when to come again", async () => {
  const held = await takeAll();
  expect(await codeOf(pool.lease({ waitMs: 0 }))).toBe("no-engine");
  const path = `/v1/engines/${pool.project.pool}/leases`;
  const { status, headers, body } = await ask(pool, "POST", path, { holder: "hasty", wait: "0s" });
  expect([status, body.code]).toEqual([503, "no-engine"]);
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  await giveBack(held);
});

it("what is bound reaches the engine as it is, whatever stands in it, and is gone after the reset", async () => {
  const hostile = "it's $HOME `id` $(id)\n\"second\" \\n line\t%s ü€ -e '";
  const env = { TOKEN: hostile, EMPTY: "", LAST_LINE: "ends\n" };
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const files = {
    "/config/it's a $(job)/spec.json": hostile,
    "/config/bytes.bin": bytes,
    "/config/empty": "",
  };
  const lease = await pool.lease({ bind: { env, files } });
  const said = await shell(pool, lease, 'printf "%s|" "$TOKEN" "$EMPTY" "$LAST_LINE"');
  expect(said.stdout).toBe(`${hostile}||ends\n|`);
  const spec = await shell(pool, lease, 'cat "$1"', "/config/it's a $(job)/spec.json");
  expect(spec.stdout).toBe(hostile);

  // As a program of the engine finds it.
  const inEngine = (script: string) => shellIn(pool.sandbox, lease.container.id, script);
  const hex = (text: string | Uint8Array) => Buffer.from(text).toString("hex");
  const dump = async (script: string) =>
    (await inEngine(`${script} | od -An -v -tx1`)).output.replaceAll(/\s/g, "");
  expect(await dump('. /run/warm/env; printf "%s" "$TOKEN$LAST_LINE"')).toBe(hex(`${hostile}ends\n`));
  expect(await dump("cat /config/bytes.bin")).toBe(hex(bytes));
  expect((await inEngine("od -An -v -tx1 /config/empty; ls /config/empty")).output.trim()).toBe(
    "/config/empty",
  );

  await release(pool, lease);
  await pool.ready(SIZE);
  const left = await inEngine('ls /run/warm "/config/it\'s a \\$(job)" /config/bytes.bin /config/empty');
  expect(left.output).not.toMatch(/env|spec/);
  expect(left.output.match(/No such file/g)).toHaveLength(2);
  const next = await pool.lease();
  expect((await shell(pool, next, 'printf "%s" "$TOKEN"')).stdout).toBe("");
  await release(pool, next);
});

it("what is bound is in no log and not in the journal", async () => {
  const secret = "hunter2-of-the-scenario";
  const lease = await pool.lease({ bind: { env: { TOKEN: secret }, files: { "/config/token": secret } } });
  await shell(pool, lease, 'test "$TOKEN" = "$(cat /config/token)"');
  await release(pool, lease);
  await pool.ready(SIZE);
  expect(pool.watching.warm.output.stderr).not.toContain(secret);
  const journal = readFileSync(journalPath(join(pool.sandbox.dir, ".warm")), "utf8");
  expect(journal).toContain(lease.id);
  expect(journal).not.toContain(secret);
});
