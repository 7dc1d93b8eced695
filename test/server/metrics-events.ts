import type { ApplyEvent } from "../../src/model/event.js";
import type { Lease } from "../../src/pool/core/lease.js";
import { buildOutcome, buildView } from "./job-builders.js";
import { buildStatus, type MetricsWorld } from "./metrics-world.js";

/** One of everything in pool `p`, with this text wherever there is free text. */
export function tellAll(world: MetricsWorld, id: string, text: string): void {
  const lease = buildLease({ id, holder: text, key: id, containerId: id });
  const event = { pool: "p", lease, holder: text, reason: text, engine: text, containerId: id } as const;
  const times = { queuedMs: 1, heldMs: 1, waitedMs: 1, spentMs: 1, failures: 1, position: 1 } as const;
  for (const lease of [event.lease, { ...event.lease, source: "queued" as const }]) {
    world.tellPool({ ...event, ...times, type: "lease-granted", lease, missReason: text });
    world.tellPool({ ...event, type: "lease-told", lease, acquireMs: 2 });
  }
  for (const type of ["lease-renewed", "lease-lost", "lease-given-back"] as const)
    world.tellPool({ ...event, type });
  world.tellPool({ ...event, ...times, type: "lease-leaking" });
  world.tellPool({ ...event, ...times, type: "lease-released", outcome: "dirty" });
  for (const type of ["lease-expired", "waiter-queued", "waiter-left", "waiter-timed-out"] as const)
    world.tellPool({ ...event, ...times, type });
  world.tellPool({ ...event, type: "refused", code: "no-engine" });
  for (const [from, to] of [
    [undefined, "starting"],
    ["leased", "draining"],
    ["resetting", "quarantined"],
  ] as const)
    world.tellPool({ ...event, ...times, type: "transition", from, to });
  world.tellPool({ ...event, type: "engine-gone", from: "error" });
  world.tellPool({ ...event, ...times, type: "breaker-opened" });
  world.tellPool({ ...event, type: "scaled", from: 1, to: 2, decision: text });
  const image = `image.registry.test/acme/a:${id.length}`;
  world.work(1, started(image), phase(image, "pulling", { detail: text }), done(image, text));
  world.work(1, started(`engine.p/${id.length + 1}`), failed(`engine.p/${id.length + 1}`, text, text));
  world.work(1, started(`volume.${id}`), phase(`volume.${id}`, "seeding"), done(`volume.${id}`));
  const transition = { type: "out-of-sync", at: "2026-03-02T08:00:00Z", message: text } as const;
  world.tell({
    type: "transition",
    transition: { ...transition, address: `container.${id}`, reasons: ["missing"] },
  });
  const job = buildView({ id, pool: "p", key: text, state: "done", outcome: buildOutcome() });
  world.tell({ type: "job", job });
  world.resources = [buildStatus({ address: image, kind: "image" })];
}

export function buildLease(parts: Partial<Lease> = {}): Lease {
  return {
    ...{ id: "l1", fence: 1, pool: "p", containerId: "e1", engine: "engine.p/1" },
    ...{ holder: "h", key: undefined },
    ...{ since: "2026-03-02T08:00:00Z", sinceMs: 0, ttlMs: 1, expiresAtMs: 1, source: "warm", isTold: true },
    ...parts,
  };
}

export function started(address: string, action: "create" | "delete" | "conflict" = "create"): ApplyEvent {
  return { type: "action-started", address, action };
}

export function phase(
  address: string,
  name: Extract<ApplyEvent, { type: "action-progress" }>["phase"],
  more: { detail?: string; pull?: { bytesDone: number; bytesTotal: number } } = {},
): ApplyEvent {
  return { type: "action-progress", address, action: "create", phase: name, ...more };
}

export function done(address: string, detail = ""): ApplyEvent {
  return { type: "action-done", address, action: "create", ms: 1, detail };
}

export function failed(address: string, code: string, message = "it failed"): ApplyEvent {
  return { type: "action-failed", address, action: "create", code, message };
}
