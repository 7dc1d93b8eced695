import { expect, it } from "vitest";
import { acquireLock } from "../../../src/apply/lock/lock.js";
import type { Host } from "../../../src/docker/connection/connect.js";
import type { HostWriter } from "../../../src/docker/write/host-writer.js";
import { WarmError } from "../../../src/errors.js";

/** Asks for a lock whose name is always taken and which is never there to be read, on a clock of its own. */
async function acquire(cancelAtMs = Number.POSITIVE_INFINITY) {
  let nowMs = 0;
  let tries = 0;
  const cancel = new AbortController();
  if (cancelAtMs === 0) cancel.abort();
  const clock = {
    now: () => nowMs,
    random: () => 0.5,
    sleep: async (ms: number) => {
      nowMs += ms;
      if (nowMs >= cancelAtMs) cancel.abort();
    },
  };
  const reader = {
    clockOffsetMs: () => 0,
    getJson: () => Promise.reject(new WarmError("not-found", "no such container")),
  };
  const create = () => {
    tries += 1;
    if (tries > 1000) throw new Error("tried without end");
    return Promise.reject(new WarmError("name-conflict", "the name is taken"));
  };
  const result = await acquireLock(
    { reader } as unknown as Host,
    { containers: { create } } as unknown as HostWriter,
    clock,
    {
      project: "p",
      command: "warm apply",
      reason: "",
      timeoutMs: 0,
      emit: () => undefined,
      cancel: cancel.signal,
    },
  ).catch((error: unknown) => error);
  return { result, tries, nowMs };
}

it("a lock that is taken and never there is asked for with pauses, and given up", async () => {
  const { result, tries, nowMs } = await acquire();
  expect(result).toMatchObject({ code: "locked" });
  expect(tries).toBeLessThan(50);
  expect(nowMs).toBeLessThan(20_000);
});

it("an interrupt ends the tries", async () => {
  expect(await acquire(2000)).toMatchObject({ result: undefined, nowMs: 2000 });
});

it("one who was interrupted before takes no lock", async () => {
  expect(await acquire(0)).toMatchObject({ result: undefined, tries: 0 });
});
