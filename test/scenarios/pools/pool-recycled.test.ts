import { describe, expect, it } from "vitest";
import type { EngineView } from "../../../src/model/engine.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";
import { codeOf, loadWorld, release, shell } from "./pool-clients.js";

const first = async (pool: KeptPool) => (await pool.ready(1))[0] as EngineView;

/** Waits for another engine in place of this one. */
const untilReplaced = (pool: KeptPool, containerId: string) =>
  pool.until(
    ({ engines }) =>
      engines.length === 1 && engines[0]?.state === "ready" && engines[0].containerId !== containerId,
  );

/** Takes away whatever a job can have left in an engine of the catalogue. */
const WHOLE_RESET =
  'reset: { steps: [{ exec: [sh, -c, "rm -rf /config/worlds_local/* /config/world_data/* /tmp/* /dev/shm/*"] }], verify: { exec: ["true"] } }';

describe("an engine", () => {
  it("whose reset takes all away is proven clean by the canary, and serves on", async () => {
    await using pool = await keepPool({ size: 1, lines: [WHOLE_RESET] });
    const { containerId } = await first(pool);
    const lease = await pool.lease();
    await loadWorld(pool, lease, "seed");
    await release(pool, lease);
    const { code, stdout, stderr } = await pool.sandbox.warm(["canary", pool.project.pool, "--json"]);
    expect(code, stdout + stderr).toBe(0);
    const report = JSON.parse(stdout) as { isClean: boolean; planted: string[] };
    expect(report.isClean).toBe(true);
    expect(report.planted.map((path) => path.replace(/\/[^/]*$/, ""))).toEqual(
      expect.arrayContaining(["/tmp", "/config/worlds_local", "/config/world_data"]),
    );
    expect((await first(pool)).containerId).toBe(containerId);
  });

  it("whose reset leaves something is found out by the canary, and replaced", async () => {
    await using pool = await keepPool({ size: 1, lines: [RESET] });
    const { containerId } = await first(pool);
    const { code, stdout } = await pool.sandbox.warm(["canary", pool.project.pool]);
    expect(code).toBe(1);
    expect(stdout).toContain("a file that a job leaves in /tmp survives the reset");
    await untilReplaced(pool, containerId);
  });

  it("that is released dirty is replaced", async () => {
    await using pool = await keepPool({ size: 1, lines: [RESET] });
    const { containerId } = await first(pool);
    const lease = await pool.lease();
    const { code, stdout } = await pool.sandbox.warm(["release", lease.id, "--dirty"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("its engine is replaced")]);
    await untilReplaced(pool, containerId);
    expect(await codeOf(pool.client.renew(lease.id, lease.fence))).toBe("lease-ended");
  });

  it("of a pool that does not reset runs one job", async () => {
    await using pool = await keepPool({ size: 1, lines: [RESET, "autoReset: false"] });
    const { containerId } = await first(pool);
    await release(pool, await pool.lease());
    await untilReplaced(pool, containerId);
  });

  it("that logs what the pool calls an error is taken from its holder and replaced", async () => {
    await using pool = await keepPool({ size: 1, lines: [RESET, 'errors: { log: ["lost the GPU"] }'] });
    const { containerId } = await first(pool);
    const lease = await pool.lease({ holder: "ci-17" });
    const ended = codeOf(shell(pool, lease, 'echo "fatal: lost the GPU" >/proc/1/fd/1; sleep 60'));
    const { detail } = await pool.watching.line(({ msg }) => msg === "lease lost");
    expect(detail).toContain("lost under ci-17: its log says: fatal: lost the GPU");
    expect(await ended).toBe("lease-ended");
    expect(await codeOf(pool.client.renew(lease.id, lease.fence))).toBe("lease-ended");
    await untilReplaced(pool, containerId);
  });

  it("that has grown beyond what the pool allows is replaced after its job", async () => {
    const lines = [RESET, "maxMemory: 24MiB"];
    await using pool = await keepPool({ size: 1, lines, engine: { growsMb: 32 } });
    const { containerId } = await first(pool);
    const lease = await pool.lease();
    await loadWorld(pool, lease, "seed");
    await release(pool, lease);
    await pool.watching.line(({ msg }) => msg === "engine grew too large");
    await untilReplaced(pool, containerId);
    const applied = pool.watching
      .lines()
      .filter(({ msg }) => msg === "change applied" || msg === "resource healed");
    expect(applied.at(-1)?.reasons).toContain("recycle-memory");
  });
});

describe("an image without a shell", () => {
  const ready = "{ http: { port: 8080 }, timeout: 20s }";

  it("is leased, run by its own programs, and recycled", async () => {
    await using pool = await keepPool({ size: 1, ready, engine: { noShell: true } });
    const { containerId } = await first(pool);
    const bind = { env: { TOKEN: "x" }, files: { "/www/job.html": "the job" } };
    const lease = await pool.lease({ bind });
    expect(lease.container.id).toBe(containerId);
    const page = await fetch(`http://${lease.address}:8080/job.html`);
    expect(await page.text()).toBe("the job");
    const needsShell = pool.client.exec(lease.id, lease.fence, ["/httpd", "--help"]);
    await expect(needsShell).rejects.toMatchObject({
      code: "engine-failed",
      message: expect.stringContaining("needs a shell"),
    });
    await release(pool, lease);
    await untilReplaced(pool, containerId);
  });
});
