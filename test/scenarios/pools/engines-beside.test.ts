import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { journalPath } from "../../../src/pool/journal/journal-path.js";
import { apply } from "../seeding/seeded-template.js";
import { expectNoChanges, planLines } from "../templates/read-plan.js";
import { listEngines } from "./engine-project.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";

const WORLD = "env: { WORLD: midgard, TOKEN: { fromEnv: TOKEN } }";
const OTHER_WORLD = "env: { WORLD: asgard, TOKEN: { fromEnv: TOKEN } }";
const SECRET = "hunter2-of-the-pool";
const ANOTHER = "hunter3-of-the-pool";
const OF_THE_JOB = "hunter4-of-the-job";
const env = { TOKEN: SECRET };

let kept: KeptPool;
beforeAll(async () => {
  kept = await keepPool({ size: 3, lines: [RESET, WORLD] }, { env });
  await kept.ready(3);
});
afterAll(() => kept[Symbol.asyncDispose]());

const warm = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await kept.sandbox.call(args, { env });
  return { code, stdout, stderr, text: stdout + stderr };
};

describe("beside a watcher", () => {
  it("an apply that has nothing to do says so, and one that has is refused with who is at work", async () => {
    expect((await warm("apply", "--auto-approve")).text).toContain("No changes.");
    await warm("pause", "--reason", "a look at an apply");
    await kept.watching.line(({ msg }) => msg === "paused");
    await kept.save({ size: 3, lines: [RESET, OTHER_WORLD] });
    const { code, text } = await warm("apply", "--auto-approve");
    expect(code, text).toBe(8);
    expect(text).toContain("warm watch");
    await kept.save({ size: 3, lines: [RESET, WORLD] });
    await warm("resume");
    await kept.watching.line(({ msg }) => msg === "resumed");
  });

  it("explain and status know an engine, leased or not", async () => {
    const lease = await kept.lease({ holder: "ci-17" });
    const { code, stdout } = await warm("explain", lease.engine);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain(lease.engine);
    const status = await warm("status");
    expect(status.code, status.text).toBe(0);
    for (const slot of [1, 2, 3]) expect(status.stdout).toContain(kept.project.addressOf(slot));
    await kept.client.release(lease.id, lease.fence);
    await kept.ready(3);
  });

  it("no secret of an engine's environment or of a lease's is told by anybody", async () => {
    const lease = await kept.lease({ bind: { env: { JOB_TOKEN: OF_THE_JOB } } });
    const other = { env: { TOKEN: ANOTHER } };
    const plan = await kept.sandbox.call(["plan"], other);
    expect(plan.stdout).toContain("env.TOKEN  (sensitive)");
    const told = await Promise.all([
      kept.sandbox.call(["plan", "--format", "json"], other),
      warm("status", "--json"),
      warm("explain", lease.engine),
      warm("engines", "--json"),
    ]);
    const labels = (await listEngines(kept.sandbox)).map((engine) => JSON.stringify(engine.labels));
    const journal = readFileSync(journalPath(join(kept.sandbox.dir, ".warm")), "utf8");
    const texts = [plan, ...told].map(({ stdout, stderr }) => stdout + stderr);
    for (const text of [...texts, ...labels, journal, kept.watching.warm.output.stderr])
      for (const secret of [SECRET, ANOTHER, OF_THE_JOB]) expect(text).not.toContain(secret);
    await kept.client.release(lease.id, lease.fence);
    await kept.ready(3);
  });
});

describe("with the watcher gone", () => {
  let leased: string;
  let holder: string;
  beforeAll(async () => {
    const lease = await kept.lease({ holder: "ci-17", ttlMs: 600_000 });
    [leased, holder] = [lease.container.id, lease.engine];
    const { code, stderr } = await kept.watching.stop();
    expect(code, stderr).toBe(0);
  });

  it("its engines stand, and no plan has anything to do", async () => {
    expect(await listEngines(kept.sandbox)).toHaveLength(3);
    const { stdout } = await warm("plan");
    expect(stdout).toContain("No changes.");
  });

  it("an apply replaces all engines but the one that its journal says is leased", async () => {
    await kept.save({ size: 3, lines: [RESET, OTHER_WORLD.replace(/, TOKEN.*}/, " }")] });
    const planned = await planLines(kept.sandbox);
    expect(planned).toHaveLength(2);
    expect(planned.join("\n")).not.toContain(`${holder} `);
    await apply(kept.sandbox);
    const engines = await listEngines(kept.sandbox);
    expect(engines).toHaveLength(3);
    expect(engines.map(({ id }) => id)).toContain(leased);
    await expectNoChanges(kept.sandbox);
  });

  it("the next one knows the lease, and replaces its engine once it is over", async () => {
    kept.start();
    const { engines } = await kept.until(({ counts }) => counts.leased === 1 && counts.ready === 2);
    const mine = engines.find(({ containerId }) => containerId === leased);
    expect(mine).toMatchObject({ state: "leased", isStale: true, lease: { holder: "ci-17" } });
    await kept.client.release(mine?.lease?.id ?? "", mine?.lease?.fence);
    await kept.until(({ engines: all }) => all.every(({ containerId }) => containerId !== leased));
    await kept.ready(3);
  });
});
