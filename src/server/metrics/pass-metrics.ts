import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { PassRecord } from "../../model/daemon-status.js";
import type { ResourceKind } from "../../model/resource.js";
import type { Transition, TransitionType } from "../../model/transition.js";
import { kindOf } from "../../report/plan-text/action-words.js";
import { toSeconds } from "./seconds.js";

export interface PassMetrics {
  /** @param open changes that it found and that are still to be made */
  observePass(pass: PassRecord, open: number): void;
  observeTransition(transition: Transition): void;
}

/** Seconds, from 1 ms to 10 s. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const KINDS: Readonly<Record<ResourceKind, true>> = {
  ...{ network: true, image: true, volume: true, container: true, engine: true },
};
const TRANSITIONS: Readonly<Record<TransitionType, true>> = {
  ...{ "out-of-sync": true, "healed": true, "failed": true, "flapping": true },
  ...{ "guard-refused": true, "config-invalid": true, "config-valid": true },
  ...{ "revision-applied": true, "revision-failed": true, "revision-rolled-back": true },
};

/** The watcher's rounds, and the changes of state that it tells others of. */
export function createPassMetrics(registry: Registry): PassMetrics {
  const registers = [registry];
  const taken = new Histogram({
    ...{ name: "warm_reconcile_seconds", help: "Seconds of passes: look, plan, begin what is due." },
    ...{ buckets: BUCKETS, registers },
  });
  const at = new Gauge({
    ...{ name: "warm_pass_timestamp_seconds", help: "When the last pass began, seconds since the epoch." },
    registers,
  });
  const openChanges = new Gauge({
    ...{ name: "warm_changes_open", help: "Changes that the last pass found and that are still to be made." },
    registers,
  });
  // Nothing is known before the first pass.
  at.remove();
  openChanges.remove();
  const drifted = new Counter({
    ...{ name: "warm_drift_total", help: "Resources that somebody else had changed or removed." },
    ...{ labelNames: ["kind"], registers },
  });
  const told = new Counter({
    ...{ name: "warm_transitions_total", help: "Changes of state that notifications tell." },
    ...{ labelNames: ["type"], registers },
  });
  for (const kind of Object.keys(KINDS)) drifted.inc({ kind }, 0);
  for (const type of Object.keys(TRANSITIONS)) told.inc({ type }, 0);

  return {
    observePass(pass, open) {
      taken.observe(toSeconds(pass.ms));
      at.set(Date.parse(pass.at) / 1000);
      openChanges.set(open);
    },
    observeTransition(transition) {
      told.inc({ type: transition.type });
      const kind = transition.address === undefined ? undefined : kindOf(transition.address);
      if (kind !== undefined && isDrift(transition)) drifted.inc({ kind });
    },
  };
}

/** A name that another one holds is told as out of sync too. */
function isDrift({ type, reasons = [] }: Transition): boolean {
  return type === "out-of-sync" && !reasons.some((reason) => reason.startsWith("conflict-"));
}
