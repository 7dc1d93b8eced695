import { ENGINE_STATES } from "../../model/engine.js";
import { count, flag, list, mapOf, number, object, oneOf, ref, text, time } from "./shapes.js";

const lease = {
  id: text(),
  fence: count("Grows with every lease of the project: a holder with an older one is refused"),
  pool: text(),
  engine: text("`engine.valheim/1`"),
  holder: text(),
  since: time(),
  expiresAt: time(),
  source: oneOf(["warm", "queued"], "warm: an engine stood ready. queued: it was waited for."),
};
const activity = { activity: text("What its job is at") };

export const ENGINE_SCHEMAS = {
  Lease: object("The right to use one engine", lease, activity),
  GrantedLease: object(
    "A lease, and how its engine is reached",
    {
      ...lease,
      ports: mapOf(count(), "Ports at `address`, by port in the engine"),
      container: object("In Docker", { id: text(), name: text() }),
      timings: object("How long it took, ms", { queuedMs: number(), preparedMs: number() }),
    },
    {
      ...activity,
      address: text("IP address; without it the engine is not reached from the watcher's machine"),
    },
  ),
  Engine: object(
    "One engine",
    {
      address: text("`engine.valheim/1`"),
      pool: text(),
      slot: count(),
      name: text("Docker name"),
      containerId: text(),
      state: oneOf(ENGINE_STATES),
      since: time(),
      jobs: count("Jobs that it has taken so far"),
      isFrozen: flag(),
      isStale: flag("Made from another spec or image than is wanted now"),
      history: list(
        object(
          "One step of its life",
          { at: time(), to: oneOf(ENGINE_STATES), reason: text() },
          { from: text() },
        ),
      ),
    },
    { lease: ref("Lease") },
  ),
  Pool: object(
    "One pool",
    {
      id: text(),
      target: count(),
      counts: mapOf(count(), "How many engines are in each state"),
      queued: count(),
      decision: text("Why the size is what it is"),
      engines: list(ref("Engine")),
    },
    {
      breaker: object("Why no more engines are started", { reason: text(), since: time() }),
      rollout: object("Engines of an earlier spec", { stale: count() }, { pausedBecause: text() }),
    },
  ),
  Canary: object("Whether a reset is clean", {
    engine: text(),
    isClean: flag(),
    findings: list(text()),
    planted: list(text()),
    resetMs: number(),
  }),
  CommandResult: object("What a command came to", {
    exitCode: { type: "integer" },
    stdout: text(),
    stderr: text(),
  }),
};
