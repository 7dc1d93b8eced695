import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../src/errors.js";
import type { ApplyEvent } from "../../src/model/event.js";
import { JOB_PHASES } from "../../src/model/job.js";
import type { Lease } from "../../src/pool/core/lease.js";
import { decideTarget, type ScaleInputs } from "../../src/pool/scale/decide-target.js";
import { buildOutcome, buildView } from "./job-builders.js";
import { buildLease, done, failed, phase, started, tellAll } from "./metrics-events.js";
import { buildStatus, MetricsWorld, seriesOf } from "./metrics-world.js";

const SECOND = 1_000;

describe("the pools in a scrape", () => {
  it("are told as they stand: engines by state, what is wanted, who waits", async () => {
    const world = new MetricsWorld();
    const rig = world.pool({ size: { min: 3, max: 3, spare: 0 } }).ready("e1", "e2");
    rig.core.begun("e3", 3, rig.nowMs);
    rig.lease();
    world.nowMs += 90 * SECOND;
    expect(
      await world.series(/^warm_(pool|circuit|rollout|engine|lease_queue_depth)/),
    ).toMatchInlineSnapshot(`
      "warm_pool_engines{pool="p",state="starting"} 1
      warm_pool_engines{pool="p",state="ready"} 1
      warm_pool_engines{pool="p",state="leased"} 1
      warm_pool_target{pool="p"} 3
      warm_pool_buffer{pool="p"} 1
      warm_rollout_progress_ratio{pool="p"} 1
      warm_engine_uses{pool="p",stat="mean"} 0.3333333333333333
      warm_engine_uses{pool="p",stat="max"} 1
      warm_engine_age_seconds{pool="p",stat="mean"} 89
      warm_engine_age_seconds{pool="p",stat="max"} 89"
    `);
    rig.lease();
    rig.ask();
    rig.core.setStale(new Set(["e1"]));
    rig.core.setRolloutPaused("no engine was replaced for 10m");
    expect(
      await world.series(/^warm_(pool_buffer|rollout|lease_queue_depth)/, { zero: true }),
    ).toMatchInlineSnapshot(`
        "warm_pool_buffer{pool="p"} 0
        warm_lease_queue_depth{pool="p"} 1
        warm_rollout_progress_ratio{pool="p"} 0.6666666666666666
        warm_rollout_paused{pool="p"} 1"
      `);
  });

  it("tell of an engine's birth after its history has forgotten it", async () => {
    const world = new MetricsWorld();
    const rig = world.pool().ready("e1");
    await world.text();
    for (let job = 0; job < 30; job += 1) {
      rig.nowMs += 10 * SECOND;
      rig.release(rig.lease().id);
      rig.reset("e1");
    }
    world.nowMs += 301 * SECOND;
    expect(await world.series(/^warm_engine_(age|uses).*max/)).toMatchInlineSnapshot(`
      "warm_engine_uses{pool="p",stat="max"} 30
      warm_engine_age_seconds{pool="p",stat="max"} 300"
    `);
  });

  it("tell an open breaker", async () => {
    const world = new MetricsWorld();
    const rig = world.pool({ breaker: { failures: 2 } });
    for (const id of ["e1", "e2"]) {
      rig.core.begun(id, 1, rig.nowMs);
      rig.core.failed(id, "it ended", rig.nowMs);
    }
    expect(await world.series(/^warm_circuit/)).toBe('warm_circuit_open{pool="p"} 1');
  });

  it("are left out while nobody keeps them, and what was counted stays", async () => {
    const world = new MetricsWorld();
    const rig = world.pool().ready("e1");
    rig.lease();
    await world.text();
    const metrics = world.metrics;
    world.views = undefined;
    world.jobs = undefined;
    const lines = seriesOf(await metrics.text());
    expect(lines.filter((line) => /^warm_(pool|engine|circuit|jobs)/.test(line))).toEqual([]);
    expect(lines).toContain('warm_lease_total{pool="p",source="warm",result="granted"} 1');
  });

  it("have no series any more once they have left", async () => {
    const world = new MetricsWorld();
    world.views = [{ ...world.pool().core.view(0, String), id: "old" }];
    world.tell({ type: "job", job: buildView({ pool: "old", state: "done", outcome: buildOutcome() }) });
    world.tellPool({
      pool: "old",
      type: "lease-released",
      ...{ lease: buildLease(), outcome: "clean", heldMs: 5 },
    });
    world.work(10, started("engine.old/1"), failed("engine.old/1", "unhealthy"));
    expect(await world.metrics.text()).toContain('pool="old"');
    world.views = [];
    expect(await world.metrics.text()).not.toContain('pool="old"');
  });

  it("have all that is rare at 0 before it happens", async () => {
    const world = new MetricsWorld();
    world.pool();
    expect(
      await world.series(/^warm_(quarantine|lease_(expired|lost)|job)_total/, { zero: true }),
    ).toMatchInlineSnapshot(`
        "warm_lease_expired_total{pool="p"} 0
        warm_lease_lost_total{pool="p"} 0
        warm_quarantine_total{pool="p",reason="reset"} 0
        warm_quarantine_total{pool="p",reason="verify"} 0
        warm_job_total{pool="p",result="done"} 0
        warm_job_total{pool="p",result="cached"} 0
        warm_job_total{pool="p",result="failed"} 0
        warm_job_total{pool="p",result="cancelled"} 0"
      `);
  });
});

describe("leases", () => {
  it("are counted by what came of the ask and by how they ended", async () => {
    const world = new MetricsWorld();
    const rig = world.pool({ lease: { ...new MetricsWorld().pool().policy.lease, queue: 3 } }).ready("e1");
    const first = rig.lease();
    rig.core.renew(first.id, first.fence, undefined, rig.nowMs);
    const [second, leaver, late] = [rig.ask(), rig.ask(), rig.ask({ waitMs: 20 * SECOND })];
    rig.ask();
    rig.ask({ waitMs: 0 });
    rig.nowMs += 2 * SECOND;
    rig.release(first.id);
    rig.reset("e1");
    rig.core.told(second.settled?.kind === "granted" ? second.settled.lease.id : "");
    rig.nowMs += 3 * SECOND;
    rig.core.leave(leaver.ticket, rig.nowMs);
    rig.pass(16 * SECOND);
    expect(late.settled?.kind).toBe("refused");
    rig.pass(60 * SECOND);
    const lease = { source: "warm" } as Lease;
    world.tellPool({ type: "lease-told", pool: "p", lease, acquireMs: 1.5 });
    expect(await world.series(/^warm_lease_(?!miss)/)).toMatchInlineSnapshot(`
      "warm_lease_acquire_seconds_sum{pool="p",source="warm"} 0.0015
      warm_lease_acquire_seconds_count{pool="p",source="warm"} 1
      warm_lease_queue_wait_seconds_sum{pool="p",result="granted"} 2
      warm_lease_queue_wait_seconds_count{pool="p",result="granted"} 1
      warm_lease_queue_wait_seconds_sum{pool="p",result="left"} 5
      warm_lease_queue_wait_seconds_count{pool="p",result="left"} 1
      warm_lease_queue_wait_seconds_sum{pool="p",result="timed-out"} 21
      warm_lease_queue_wait_seconds_count{pool="p",result="timed-out"} 1
      warm_lease_total{pool="p",source="warm",result="granted"} 1
      warm_lease_total{pool="p",source="queued",result="granted"} 1
      warm_lease_total{pool="p",source="none",result="no-engine"} 2
      warm_lease_total{pool="p",source="none",result="queue-full"} 1
      warm_lease_total{pool="p",source="none",result="left"} 1
      warm_lease_renew_total{pool="p"} 1
      warm_lease_released_total{pool="p",outcome="clean"} 1
      warm_lease_expired_total{pool="p"} 1
      warm_lease_held_seconds_sum{pool="p"} 81
      warm_lease_held_seconds_count{pool="p"} 2"
    `);
  });

  it("that nobody was told of, and that lost their engine, are counted apart", async () => {
    const world = new MetricsWorld();
    const rig = world.pool().ready("e1", "e2");
    rig.lease();
    const untold = rig.ask();
    rig.core.failed("e2", "its container ended", rig.nowMs);
    rig.core.failed("e1", "its container ended", rig.nowMs);
    rig.ready("e3");
    const asked = rig.ask();
    if (asked.settled?.kind === "granted") rig.core.giveBack(asked.settled.lease.id, rig.nowMs);
    expect(untold.settled?.kind).toBe("granted");
    expect(await world.series(/^warm_lease_(lost|given)/)).toMatchInlineSnapshot(`
      "warm_lease_lost_total{pool="p"} 2
      warm_lease_given_back_total{pool="p"} 1"
    `);
  });

  it("that leak are shown for as long as they are held", async () => {
    const world = new MetricsWorld();
    const rig = world.pool().ready("e1");
    const { id } = rig.lease({ ttlMs: 3_600 * SECOND });
    rig.pass(601 * SECOND);
    expect(await world.series(/^warm_lease_leaked/, { zero: true })).toBe('warm_lease_leaked{pool="p"} 1');
    rig.release(id);
    expect(await world.series(/^warm_lease_leaked/, { zero: true })).toBe('warm_lease_leaked{pool="p"} 0');
  });

  it("that missed a ready engine say why, in one of a few words, whatever the core says", async () => {
    const world = new MetricsWorld();
    const rig = world.pool({
      size: { min: 1, max: 1, spare: 0 },
      breaker: { failures: 1 },
      allowStale: false,
    });
    const missAndGet = (get: () => void) => {
      const asked = rig.ask();
      get();
      if (asked.settled?.kind !== "granted") throw new Error("not granted");
      rig.core.giveBack(asked.settled.lease.id, rig.nowMs);
    };
    missAndGet(() => rig.ready("e1")); // none
    rig.core.setStale(new Set(["e1"]));
    missAndGet(() => rig.core.setStale(new Set())); // stale
    const lease = rig.lease();
    missAndGet(() => {
      rig.release(lease.id);
      rig.reset("e1");
    }); // busy
    rig.release(rig.lease().id);
    missAndGet(() => rig.reset("e1")); // resetting
    rig.core.gone("e1", rig.nowMs + 60 * SECOND, "removed");
    rig.core.begun("e2", 2, rig.nowMs);
    missAndGet(() => rig.core.ready("e2", rig.nowMs, "ready")); // starting
    rig.core.gone("e2", rig.nowMs + 120 * SECOND, "removed");
    rig.core.begun("e3", 3, rig.nowMs);
    rig.core.failed("e3", "1 starting, 2 in use", rig.nowMs);
    missAndGet(() => rig.ready("e4")); // breaker
    expect(await world.series(/^warm_lease_miss/, { zero: true })).toMatchInlineSnapshot(`
      "warm_lease_miss_total{pool="p",reason="breaker"} 1
      warm_lease_miss_total{pool="p",reason="none"} 1
      warm_lease_miss_total{pool="p",reason="starting"} 1
      warm_lease_miss_total{pool="p",reason="resetting"} 1
      warm_lease_miss_total{pool="p",reason="busy"} 1
      warm_lease_miss_total{pool="p",reason="stale"} 1"
    `);
  });
});

describe("engines", () => {
  it("are timed while they start and while they are reset, the steps and the proof as one", async () => {
    const world = new MetricsWorld();
    const rig = world.pool();
    rig.core.begun("e1", 1, rig.nowMs);
    rig.nowMs += 4 * SECOND;
    rig.core.ready("e1", rig.nowMs, "ready");
    rig.release(rig.lease().id);
    rig.nowMs += 200;
    rig.core.resetDone("e1", rig.nowMs);
    rig.nowMs += 50;
    rig.core.verified("e1", rig.nowMs);
    expect(await world.series(/^warm_(create|reset|refill)/)).toMatchInlineSnapshot(`
      "warm_create_seconds_sum{pool="p",stage="starting"} 4
      warm_create_seconds_count{pool="p",stage="starting"} 1
      warm_reset_seconds_sum{pool="p",result="clean"} 0.25
      warm_reset_seconds_count{pool="p",result="clean"} 1
      warm_refill_total{pool="p"} 1"
    `);
  });

  it("are set aside by what failed, and taken away by when", async () => {
    const world = new MetricsWorld();
    const rig = world.pool({ maxJobs: 1, quarantine: { ttlMs: 1, keep: 9 } });
    rig.ready("e1", "e2", "e3", "e4", "e5", "e6");
    const take = (id: string) => rig.core.retire(id, rig.nowMs, () => undefined);
    const [one, two, three] = [rig.lease({ holder: "dirty" }), rig.lease(), rig.lease({ ttlMs: 5 * SECOND })];
    rig.release(one.id);
    rig.release(two.id, "dirty");
    rig.pass(6 * SECOND);
    expect(three.ttlMs).toBe(5 * SECOND);
    rig.policy = { ...rig.policy, maxJobs: undefined };
    const [four, five] = [rig.lease(), rig.lease()];
    for (const { id } of [four, five]) rig.release(id);
    rig.core.quarantined(four.containerId, "reset step 1 ended with exit code 1", rig.nowMs);
    rig.core.resetDone(five.containerId, rig.nowMs);
    rig.core.quarantined(five.containerId, "verify did not end within 30 s", rig.nowMs);
    for (const { containerId } of [four, five]) take(containerId);
    const six = rig.lease();
    rig.core.failed(six.containerId, "its container ended", rig.nowMs);
    take(six.containerId);
    rig.core.begun("e7", 7, rig.nowMs);
    rig.ready("e8");
    for (const id of ["e7", "e8"]) take(id);
    expect(await world.series(/^warm_(quarantine|recycle|reset.*count)/)).toMatchInlineSnapshot(`
      "warm_reset_seconds_count{pool="p",result="quarantined"} 2
      warm_quarantine_total{pool="p",reason="reset"} 1
      warm_quarantine_total{pool="p",reason="verify"} 1
      warm_recycle_total{pool="p",reason="idle"} 1
      warm_recycle_total{pool="p",reason="last-job"} 1
      warm_recycle_total{pool="p",reason="dirty"} 1
      warm_recycle_total{pool="p",reason="expired"} 1
      warm_recycle_total{pool="p",reason="quarantine-over"} 2
      warm_recycle_total{pool="p",reason="failed"} 1
      warm_recycle_total{pool="p",reason="unneeded"} 1"
    `);
  });

  it("are scaled for demand, by a schedule or by a breaker", async () => {
    const world = new MetricsWorld();
    const inputs = { size: { min: 0, max: 9, spare: 1 }, isScheduled: false, busy: 2, queued: 1 };
    const quiet = { ...inputs, recentPeak: 0, breaker: undefined };
    const scale = (from: number, to: number, changes: Partial<ScaleInputs> = {}) =>
      world.tellPool({
        ...{ pool: "p", type: "scaled", from, to },
        decision: decideTarget({ ...quiet, ...changes }).decision,
      });
    world.pool();
    scale(1, 4);
    scale(4, 2, { recentPeak: 7 });
    scale(2, 5, { isScheduled: true });
    scale(5, 0, { isScheduled: true, breaker: { live: 0, mayProbe: true } });
    expect(await world.series(/^warm_scale/)).toMatchInlineSnapshot(`
      "warm_scale_decisions_total{pool="p",direction="up",reason="demand"} 1
      warm_scale_decisions_total{pool="p",direction="down",reason="demand"} 1
      warm_scale_decisions_total{pool="p",direction="up",reason="schedule"} 1
      warm_scale_decisions_total{pool="p",direction="down",reason="breaker"} 1"
    `);
  });
});

describe("work on resources", () => {
  const IMAGE = "image.registry.test:5000/acme/ts-template:1.4.0";

  it("tells what pulls take by registry, and the bytes of all their tries", async () => {
    const world = new MetricsWorld();
    const pulling = (bytesDone: number) =>
      phase(IMAGE, "pulling", { pull: { bytesDone, bytesTotal: 100 } }) satisfies ApplyEvent;
    world.work(SECOND, started(IMAGE), phase(IMAGE, "pulling"), pulling(30), pulling(80));
    world.work(SECOND, phase(IMAGE, "pulling"), pulling(10), pulling(100), done(IMAGE));
    world.work(
      SECOND,
      started("image.alpine:3"),
      phase("image.alpine:3", "pulling"),
      failed("image.alpine:3", "rate-limited"),
    );
    // Refused by the plan: nothing was pulled.
    world.work(SECOND, started("image.b:1", "conflict"), failed("image.b:1", "rejected"));
    expect(await world.series(/^warm_image_pull/)).toMatchInlineSnapshot(`
      "warm_image_pull_seconds_sum{registry="registry.test:5000",result="done"} 5
      warm_image_pull_seconds_count{registry="registry.test:5000",result="done"} 1
      warm_image_pull_seconds_sum{registry="docker.io",result="failed"} 1
      warm_image_pull_seconds_count{registry="docker.io",result="failed"} 1
      warm_image_pull_bytes_total{registry="registry.test:5000"} 170"
    `);
  });

  it("tells what fills a template's volume, and not what finds it filled", async () => {
    const world = new MetricsWorld();
    const volume = "volume.cyan-1";
    world.work(
      2 * SECOND,
      started(volume),
      phase(volume, "removing"),
      phase(volume, "seeding"),
      done(volume),
    );
    world.work(2 * SECOND, started(volume), done(volume));
    world.work(2 * SECOND, started(volume), phase(volume, "seeding"), failed(volume, "seed-failed"));
    expect(await world.series(/^warm_(volume|action_failures)/)).toMatchInlineSnapshot(`
      "warm_action_failures_total{kind="volume",code="seed-failed"} 1
      warm_volume_seed_seconds_sum{result="done"} 2
      warm_volume_seed_seconds_count{result="done"} 1
      warm_volume_seed_seconds_sum{result="failed"} 2
      warm_volume_seed_seconds_count{result="failed"} 1"
    `);
  });

  it("tells why engines could not be made, but not of those that were given up", async () => {
    const world = new MetricsWorld();
    world.pool();
    for (const code of Object.keys(ERROR_CODES))
      world.work(10, started("engine.p/1"), phase("engine.p/1", "creating"), failed("engine.p/1", code));
    world.work(10, started("engine.p/1", "delete"), failed("engine.p/1", "docker-failed"));
    expect(await world.series(/^warm_create_failures/)).toMatchInlineSnapshot(`
      "warm_create_failures_total{pool="p",reason="not-ready"} 3
      warm_create_failures_total{pool="p",reason="image"} 7
      warm_create_failures_total{pool="p",reason="refused"} 4
      warm_create_failures_total{pool="p",reason="host"} 6
      warm_create_failures_total{pool="p",reason="other"} 14"
    `);
  });

  it("tells what Docker takes to create an engine's container", async () => {
    const world = new MetricsWorld();
    const engine = "engine.p/1";
    world.pool();
    world.work(200, started(engine), phase(engine, "creating"), phase(engine, "starting"), done(engine));
    expect(await world.series(/^warm_(create_seconds|action_sec)/)).toMatchInlineSnapshot(`
      "warm_create_seconds_sum{pool="p",stage="creating"} 0.2
      warm_create_seconds_count{pool="p",stage="creating"} 1
      warm_action_seconds_sum{kind="engine",action="create",result="done"} 0.6
      warm_action_seconds_count{kind="engine",action="create",result="done"} 1"
    `);
  });

  it("leaves out a job's own container, what never began, and codes that nobody knows", async () => {
    const world = new MetricsWorld();
    world.work(10, started("job.j1"), phase("job.j1", "starting"), failed("job.j1", "engine-failed"));
    world.work(10, done("network.n"), failed("network.n", "rejected"));
    world.work(10, started("network.n"), failed("network.n", "s3cr3t"));
    expect(await world.series(/^warm_action.*(count|failures)/)).toMatchInlineSnapshot(`
      "warm_action_seconds_count{kind="network",action="create",result="failed"} 1
      warm_action_failures_total{kind="network",code="internal"} 1"
    `);
  });
});

describe("passes and resources", () => {
  it("tells how long passes take and what they leave open, and nothing before the first", async () => {
    const world = new MetricsWorld();
    expect(await world.series(/^warm_(pass|changes)/, { zero: true })).toBe("");
    const pass = { at: "2026-03-02T08:00:00.500Z", ms: 12, triggers: ["timer"], planned: 3, begun: 1 };
    world.tell({ type: "pass", pass, open: 2 });
    expect(await world.series(/^warm_(pass|changes|reconcile)/)).toMatchInlineSnapshot(`
      "warm_reconcile_seconds_sum 0.012
      warm_reconcile_seconds_count 1
      warm_pass_timestamp_seconds 1772438400.5
      warm_changes_open 2"
    `);
  });

  it("counts drift by kind; a name that another one holds is none", async () => {
    const world = new MetricsWorld();
    const base = { type: "out-of-sync", at: "2026-03-02T08:00:00Z", message: "m" } as const;
    for (const reasons of [["missing"], ["drift-field"], ["conflict-name"]] as const)
      world.tell({ type: "transition", transition: { ...base, address: "container.c", reasons } });
    world.tell({ type: "transition", transition: { ...base, type: "config-invalid" } });
    expect(await world.series(/^warm_(drift|transitions)/)).toMatchInlineSnapshot(`
      "warm_drift_total{kind="container"} 2
      warm_transitions_total{type="out-of-sync"} 3
      warm_transitions_total{type="config-invalid"} 1"
    `);
  });

  it("tells how the resources stand, which images are there, and what keeps the watcher from being ready", async () => {
    const world = new MetricsWorld();
    world.resources = [
      buildStatus({ address: "image.alpine:3", kind: "image" }),
      buildStatus({ address: "image.registry.test:5000/a:1", kind: "image" }),
      buildStatus({
        address: "image.registry.test:5000/b:1",
        kind: "image",
        sync: "out-of-sync",
        state: "missing",
      }),
      buildStatus({ address: "container.c", kind: "container", state: "running", health: "unhealthy" }),
      buildStatus({ address: "container.d", kind: "container", sync: "conflict", health: "healthy" }),
    ];
    world.checks = [
      { name: "pass", isMet: true, detail: "passes go through" },
      { name: "pools", isMet: false, detail: "p has 0 of 3 engines" },
    ];
    expect(await world.series(/^warm_(ready|resource|image)/)).toMatchInlineSnapshot(`
      "warm_ready{check="pass"} 1
      warm_resources{kind="image",sync="in-sync"} 2
      warm_resources{kind="image",sync="out-of-sync"} 1
      warm_resources{kind="container",sync="in-sync"} 1
      warm_resources{kind="container",sync="conflict"} 1
      warm_resource_health{kind="container",health="healthy"} 1
      warm_resource_health{kind="container",health="unhealthy"} 1
      warm_image_wanted{registry="docker.io"} 1
      warm_image_wanted{registry="registry.test:5000"} 2
      warm_image_present{registry="docker.io"} 1
      warm_image_present{registry="registry.test:5000"} 1"
    `);
    world.resources = [];
    expect(await world.series(/^warm_(resource|image)/)).toBe("");
  });

  it("leaves the resources out before the first pass, and where the answer does not come", async () => {
    const world = new MetricsWorld();
    world.checks = [{ name: "pass", isMet: false, detail: "no pass was made yet" }];
    world.resources = undefined;
    const told = () => world.series(/^warm_(ready|resource|image)/, { zero: true });
    expect(await told()).toBe('warm_ready{check="pass"} 0');
    world.resources = [buildStatus({ address: "container.c", kind: "container" })];
    expect(await told()).toContain("warm_resources");
    world.isSilent = true;
    expect(await told()).toBe('warm_ready{check="pass"} 0');
  });
});

describe("jobs", () => {
  it("are counted once, when they are over, and timed by phase where something was done", async () => {
    const world = new MetricsWorld();
    const end = (id: string, state: "done" | "failed" | "cancelled", parts = {}) =>
      world.tell({ type: "job", job: buildView({ id, pool: "p", state, outcome: buildOutcome(parts) }) });
    world.pool();
    for (const state of JOB_PHASES)
      world.tell({ type: "job", job: buildView({ id: "1", pool: "p", state }) });
    end("1", "done");
    end("1", "done");
    end("2", "done", { cached: true });
    end("3", "failed", { success: false });
    end("4", "cancelled", { success: false });
    expect(await world.series(/^warm_job_(total|.*sum)/)).toMatchInlineSnapshot(`
      "warm_job_total{pool="p",result="done"} 1
      warm_job_total{pool="p",result="cached"} 1
      warm_job_total{pool="p",result="failed"} 1
      warm_job_total{pool="p",result="cancelled"} 1
      warm_job_seconds_sum{pool="p",phase="queued"} 0.004
      warm_job_seconds_sum{pool="p",phase="leasing"} 0.012
      warm_job_seconds_sum{pool="p",phase="loading"} 0.3
      warm_job_seconds_sum{pool="p",phase="generating"} 1.21
      warm_job_seconds_sum{pool="p",phase="exporting"} 0.29
      warm_job_seconds_sum{pool="p",phase="processing"} 0.1
      warm_job_seconds_sum{pool="p",phase="total"} 1.916"
    `);
  });

  it("that are not over are shown by phase", async () => {
    const world = new MetricsWorld();
    world.pool();
    world.jobs = [
      buildView({ pool: "p", state: "queued" }),
      buildView({ pool: "p", state: "queued" }),
      buildView({ pool: "p", state: "generating" }),
      buildView({ pool: "p", state: "done", outcome: buildOutcome() }),
    ];
    expect(await world.series(/^warm_jobs/, { zero: true })).toMatchInlineSnapshot(`
      "warm_jobs{pool="p",phase="queued"} 2
      warm_jobs{pool="p",phase="leasing"} 0
      warm_jobs{pool="p",phase="loading"} 0
      warm_jobs{pool="p",phase="generating"} 1
      warm_jobs{pool="p",phase="exporting"} 0
      warm_jobs{pool="p",phase="processing"} 0"
    `);
  });
});

describe("all of it", () => {
  it("counts requests by the pattern of their route", async () => {
    const world = new MetricsWorld();
    world.metrics.observeRequest("/v1/jobs/:id", "GET", 200, 0.004);
    world.metrics.observeRequest("/v1/jobs/:id", "GET", 404, 0.002);
    expect(await world.series(/^warm_http/)).toMatchInlineSnapshot(`
      "warm_http_requests_total{route="/v1/jobs/:id",method="GET",status="200"} 1
      warm_http_requests_total{route="/v1/jobs/:id",method="GET",status="404"} 1
      warm_http_request_seconds_sum{route="/v1/jobs/:id",method="GET"} 0.006
      warm_http_request_seconds_count{route="/v1/jobs/:id",method="GET"} 2"
    `);
  });

  it("is in the text format of Prometheus, each metric with a word on what it is", async () => {
    const world = new MetricsWorld();
    const text = await world.text();
    expect(world.metrics.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text.match(/^# TYPE/gm)).toHaveLength(text.match(/^# HELP \S+ .{10}/gm)?.length ?? 0);
    expect(text.endsWith("\n")).toBe(true);
  });

  it("tells of the process too", async () => {
    const text = await new MetricsWorld({ measuresProcess: true }).text();
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  it("is the watcher's own: two of them share nothing", async () => {
    const [one, other] = [new MetricsWorld(), new MetricsWorld()];
    one.metrics.observeRequest("/", "GET", 200, 0.001);
    expect(await other.series(/^warm_http/)).toBe("");
  });

  it("counts nothing after its close", async () => {
    const world = new MetricsWorld();
    world.metrics.close();
    world.work(10, started("network.n"), done("network.n"));
    expect(await world.series(/^warm_action/)).toBe("");
  });

  it("has no more series for any holder, id, reason, text or tag that comes", async () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(texts, texts), { minLength: 200, maxLength: 200 }),
        async (pairs) => {
          const world = new MetricsWorld();
          world.views = [new MetricsWorld().pool().core.view(0, String)];
          const countAfter = async (some: typeof pairs) => {
            for (const [id, text] of some) tellAll(world, `${id}${some.length}`, text);
            return seriesOf(await world.metrics.text()).length;
          };
          const count = await countAfter(pairs.slice(0, 1));
          expect(count).toBeLessThan(500);
          expect(await countAfter(pairs)).toBe(count);
        },
      ),
      { numRuns: 20 },
    );
  });
});
