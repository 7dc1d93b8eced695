import { Gauge, type Registry } from "prom-client";
import type { ReadinessCheck } from "../../daemon/served.js";
import type { HealthState, ResourceStatus, SyncState } from "../../model/status.js";
import { createBoundedLabel } from "./bounded-label.js";
import { registryOf } from "./registry-of.js";

/** How what the project wants stands at the moment of a scrape. */
export interface ResourceMetrics {
  /** @param resources undefined while nothing is known of them */
  read(resources: readonly ResourceStatus[] | undefined, checks: readonly ReadinessCheck[]): void;
}

const SYNC_STATES: readonly SyncState[] = ["in-sync", "out-of-sync", "conflict"];
const HEALTH_STATES: readonly HealthState[] = ["healthy", "unhealthy", "starting", "unknown"];
const MOST_REGISTRIES = 30;

export function createResourceMetrics(registry: Registry): ResourceMetrics {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const ready = gauge("warm_ready", "1 where what was promised can be asked for, by check.", "check");
  const synced = gauge(
    "warm_resources",
    "Resources by whether they are as the file says, by the last pass.",
    "kind",
    "sync",
  );
  const healths = gauge("warm_resource_health", "Containers and engines by their health.", "kind", "health");
  const wanted = gauge("warm_image_wanted", "Images that are wanted, by registry.", "registry");
  const present = gauge("warm_image_present", "Wanted images that are on the host, by registry.", "registry");

  function set(resources: readonly ResourceStatus[]): void {
    // So many as there are now.
    const bounded = createBoundedLabel(MOST_REGISTRIES);
    for (const { kind, name, sync, state, health } of resources) {
      for (const each of SYNC_STATES) synced.inc({ kind, sync: each }, each === sync ? 1 : 0);
      if (health !== undefined)
        for (const each of HEALTH_STATES) healths.inc({ kind, health: each }, each === health ? 1 : 0);
      if (kind !== "image") continue;
      const label = { registry: bounded(registryOf(name)) };
      wanted.inc(label);
      present.inc(label, state === "present" ? 1 : 0);
    }
  }

  return {
    read(resources, checks) {
      for (const one of [ready, synced, healths, wanted, present]) one.reset();
      for (const { name, isMet } of checks) ready.set({ check: name }, isMet ? 1 : 0);
      if (resources !== undefined) set(resources);
    },
  };
}
