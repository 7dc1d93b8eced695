import { expect, it } from "vitest";
import type { ApplyContext } from "../../../src/apply/apply-context.js";
import { waitHealthy } from "../../../src/apply/health/wait-healthy.js";
import type { ApplyEvent } from "../../../src/model/event.js";
import type { ContainerResource } from "../../../src/model/resource.js";

const TIMEOUT_MS = 10_000;
const running = {
  Id: "c",
  State: { Running: true, ExitCode: 0, OOMKilled: false },
  NetworkSettings: { Networks: {}, Ports: {} },
};

/** Waits for a container whose health command succeeds from `healthyAtMs` on, on a clock of its own. */
async function wait(healthyAtMs: number, intervalMs: number) {
  let nowMs = 0;
  const events: ApplyEvent[] = [];
  const address = "container.x";
  const health = { type: "exec", command: ["ask"], intervalMs, timeoutMs: TIMEOUT_MS };
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  const context = {
    clock: { now: () => nowMs, sleep, random: () => 0 },
    emit: (event: ApplyEvent) => events.push(event),
    endTurn: () => undefined,
    stop: { hard: new AbortController().signal, soft: new AbortController().signal },
    changes: new Map([[address, { address, action: "noop" }]]),
    observed: { reach: "address" },
    host: { reader: { getJson: async () => running, getBytes: async () => Buffer.alloc(0) } },
    writer: { containers: { exec: async () => (nowMs >= healthyAtMs ? 0 : 1) } },
  } as unknown as ApplyContext;
  const resource = { address, name: "x", port: 1, health } as unknown as ContainerResource;
  const error = await waitHealthy("c", resource, context).catch((error: unknown) => error);
  return { error, events, endedAtMs: nowMs };
}

it.each([500, 4000, 60_000])(
  "one that is healthy right at the deadline is, with an interval of %d ms",
  async (ms) => {
    expect((await wait(TIMEOUT_MS, ms)).error).toBeUndefined();
  },
);

it("one that is healthy after the deadline is given up at the deadline", async () => {
  const { error, endedAtMs } = await wait(TIMEOUT_MS + 1, 4000);
  expect(error).toMatchObject({ code: "unhealthy" });
  expect(endedAtMs).toBe(TIMEOUT_MS);
});

it("a wait is told as what the plan does to the container", async () => {
  const { events } = await wait(1000, 1000);
  expect(events).toMatchObject([{ type: "action-progress", action: "noop", phase: "waiting" }]);
});
