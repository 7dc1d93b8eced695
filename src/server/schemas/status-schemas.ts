import { count, flag, list, mapOf, number, object, oneOf, orNull, ref, text, time } from "./shapes.js";

const HOST = object("The Docker host", {
  id: text("The daemon's own id"),
  endpoint: text(),
  version: text(),
  apiVersion: text(),
  os: text(),
  arch: text(),
});

const FAILURE = object(
  "The last failure",
  { code: text(), message: text(), at: time() },
  { hint: text(), logs: list(text()) },
);

const RESOURCE = object("One resource", {
  address: text("`container.cyan-template-…`"),
  kind: oneOf(["network", "image", "volume", "container", "engine"]),
  name: text("Its Docker name"),
  sync: oneOf(["in-sync", "out-of-sync", "conflict"]),
  state: text("`running`, `exited`, `present`, `missing`, …"),
  health: orNull(oneOf(["healthy", "unhealthy", "starting", "unknown"])),
  reasons: list(text()),
  since: orNull(time("ISO 8601: since when its sync is so")),
  hold: orNull(text("Why it is not worked on now")),
  failures: count("In a row"),
  error: orNull(FAILURE),
  nextTryAt: orNull(time()),
});

const PASS = object("One pass", {
  at: time(),
  ms: number(),
  triggers: list(text()),
  planned: count("Changes that it found"),
  begun: count("Changes that it began"),
});

const MARK = object(
  "One text of the file",
  { at: time("Since when it is wanted, or when it was found applied") },
  { sha256: text("Hex, of the text"), commit: text("Hex") },
);

const REVISIONS = object(
  "Which text of the file is wanted, and which one the host was last found to be as",
  { isInSync: flag("Whether the wanted one is applied"), rollsBack: flag() },
  {
    git: object(
      "The repository that it is pulled from",
      {
        url: text("Without credentials"),
        ref: text(),
        path: text(),
        pollMs: count(),
        verifiesSignatures: flag(),
        failures: count("Looks that failed, since the watcher began"),
      },
      { fetchedAt: time("When it last answered"), error: FAILURE },
    ),
    wanted: MARK,
    applied: MARK,
    why: text("Why the wanted one is not applied"),
  },
);

const WATCHER = object(
  "What the watcher tells of itself",
  {
    pid: count(),
    machine: text(),
    project: text(),
    endpoint: text(),
    startedAt: time(),
    updatedAt: time(),
    intervalMs: count(),
    state: oneOf(["running", "paused", "standby", "host-away", "failing", "stopped"]),
    config: object(
      "The file in use",
      { path: text(), sha256: text(), isModified: flag() },
      { commit: text(), error: FAILURE },
    ),
    passes: count(),
    isAlive: flag(),
  },
  {
    why: text("What keeps it from running"),
    revisions: REVISIONS,
    lastPass: PASS,
    pause: object(
      "Somebody asked for quiet",
      { since: time(), reason: text(), who: text() },
      { until: time() },
    ),
    guard: object("What was refused because it would delete too much", {
      deletes: count(),
      owned: count(),
      since: time(),
    }),
  },
);

export const STATUS_SCHEMAS = {
  Status: object("How the project stands: what `warm status --json` prints", {
    format: text("`warm.status/1`"),
    project: text(),
    host: HOST,
    watcher: orNull(WATCHER),
    summary: mapOf(count(), "How many resources: `inSync`, `outOfSync`, `conflict`"),
    resources: list(RESOURCE),
    notes: list(text()),
  }),
  Reconciled: object(
    "What came of a pass that was asked for",
    { open: list(text("Address of a change that is still to be made")) },
    { pass: PASS },
  ),
  ReadinessCheck: object("One thing that readiness asks for", {
    name: oneOf(["pass", "host", "pools"]),
    isMet: flag(),
    detail: text(),
  }),
  Readiness: object("Ready", {
    status: { type: "string", const: "OK" },
    checks: list(ref("ReadinessCheck")),
  }),
};
