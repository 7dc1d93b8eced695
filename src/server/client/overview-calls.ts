import type { ReadinessCheck, Reconciled } from "../../daemon/served.js";
import type { JobView } from "../../model/job.js";
import type { PlanDocument } from "../../model/plan-document.js";
import type { StatusDocument } from "../../report/format-status.js";
import { type Call, openAnswer } from "./call-server.js";
import { readEvents } from "./event-reader.js";
import { jobPath } from "./job-calls.js";
import type { Target } from "./target.js";
import type { WarmClient } from "./warm-client.js";

/** A look at a large host, whose registry is asked too. */
const LOOK_MS = 5 * 60_000;
const ANSWER_MS = 30_000;

type OverviewCalls = Pick<
  WarmClient,
  "status" | "plan" | "planCandidate" | "reconcile" | "events" | "readiness" | "followJob" | "result"
>;

/** What is asked of the project as a whole, and what is read as it comes. */
export function overviewCalls(
  target: Target,
  call: <Answer>(request: Call) => Promise<Answer>,
): OverviewCalls {
  const plan = (request: Pick<Call, "method" | "body">) =>
    call<PlanDocument>({ does: "plan", path: "/v1/plan", deadlineMs: LOOK_MS, ...request });

  async function* stream(request: Omit<Call, "method" | "deadlineMs">) {
    const headers = { accept: "text/event-stream", ...request.headers };
    const whole = { ...request, headers, method: "GET", deadlineMs: undefined } as const;
    yield* readEvents(await openAnswer(target, whole));
  }

  return {
    status: () =>
      call<StatusDocument>({
        does: "read the status",
        method: "GET",
        path: "/v1/status",
        deadlineMs: ANSWER_MS,
      }),
    plan: () => plan({ method: "GET" }),
    planCandidate: ({ text, name }) => plan({ method: "POST", body: { text, name } }),
    reconcile: (waitMs = 0, cancel) =>
      call<Reconciled>({
        ...{ does: "have a pass made", method: "POST", path: "/v1/reconcile", body: {}, cancel },
        headers: waitMs === 0 ? {} : { prefer: `wait=${Math.ceil(waitMs / 1000)}` },
        deadlineMs: waitMs + ANSWER_MS,
      }),
    async readiness() {
      const path = "/readyz";
      const request = {
        does: "ask whether it is ready",
        method: "GET",
        path,
        deadlineMs: ANSWER_MS,
      } as const;
      return (await call<{ checks: ReadinessCheck[] }>({ ...request, alsoFine: 503 })).checks;
    },
    events: ({ types, after, cancel } = {}) =>
      stream({
        ...{ does: "follow events", cancel },
        path: types === undefined ? "/v1/events" : `/v1/events?types=${types.join(",")}`,
        headers: after === undefined ? {} : { "last-event-id": String(after) },
      }),
    async *followJob(id, cancel) {
      for await (const { data } of stream({ does: "follow a job", path: jobPath(id), cancel }))
        yield data as JobView;
    },
    result: (id, cancel) =>
      openAnswer(target, {
        ...{ does: "fetch a result", method: "GET", path: `${jobPath(id)}/result` },
        ...{ deadlineMs: undefined, cancel },
      }),
  };
}
