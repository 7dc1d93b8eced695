import { JOB_PHASES } from "../../model/job.js";
import { count, flag, list, mapOf, number, object, oneOf, text, time } from "./shapes.js";

const STATE = oneOf([...JOB_PHASES, "done", "failed", "cancelled"]);

const FAILURE = object(
  "Why it failed",
  { code: text(), message: text(), logs: list(text("Last lines of what failed, oldest first")) },
  { hint: text() },
);

const OUTCOME = object(
  "Once it is over",
  {
    success: flag(),
    cached: flag("Nothing had to be done"),
    files: count(),
    bytes: count(),
    timings: mapOf(number(), "ms by phase; `totalMs` from the submission on"),
  },
  { dataDir: text("Where the result stands on the watcher's machine"), error: FAILURE },
);

export const JOB_SCHEMAS = {
  Job: object(
    "A job as it stands",
    {
      id: text(),
      revision: count("Grows with every change"),
      pool: text(),
      params: mapOf({ type: ["string", "number", "boolean"] }),
      key: text(),
      hash: text("SHA-256 of the key, hex: the result's folder"),
      priority: { type: "integer" },
      state: STATE,
      submittedAt: time(),
      since: time(),
      attempt: count("0 before the first"),
      maxAttempts: count(),
      failures: list(text("Why an earlier try failed")),
      chunks: list(
        object("One part", { number: count(), state: STATE, attempt: count() }, { engine: text() }),
      ),
      askers: count("How many asked for it and have not taken that back"),
    },
    { engine: text(), lastLine: text(), outcome: OUTCOME },
  ),
};
