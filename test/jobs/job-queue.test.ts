import fc from "fast-check";
import { expect, it } from "vitest";
import { createJobQueue } from "../../src/jobs/job-queue.js";

const never = new AbortController().signal;

it("no more run at once than may, whatever their order, and each runs once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(
        fc.record({ priority: fc.integer({ min: -2, max: 2 }), turns: fc.integer({ min: 0, max: 3 }) }),
        {
          maxLength: 20,
        },
      ),
      async (limit, jobs) => {
        const queue = createJobQueue(() => limit);
        let running = 0;
        const done: number[] = [];
        const run = ({ priority, turns }: (typeof jobs)[0], index: number) =>
          queue.run(
            priority,
            async () => {
              running += 1;
              expect(running).toBeLessThanOrEqual(limit);
              for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
              running -= 1;
              done.push(index);
            },
            never,
          );
        await Promise.all(jobs.map(run));
        expect(done.sort((a, b) => a - b)).toEqual(jobs.map((_, index) => index));
        expect(queue.waiting).toBe(0);
      },
    ),
  );
});

it("higher priorities come first, within one who came first", async () => {
  const queue = createJobQueue(() => 1);
  const order: string[] = [];
  const add = (name: string, priority: number) =>
    queue.run(priority, async () => void order.push(name), never);
  await Promise.all([add("first", 0), add("a", 0), add("b", 0), add("high", 5), add("low", -5), add("c", 0)]);
  expect(order).toEqual(["first", "high", "a", "b", "c", "low"]);
});

it("whoever gives up before its turn leaves, and the others go on", async () => {
  const queue = createJobQueue(() => 1);
  const giveUp = new AbortController();
  let finish = () => {};
  const first = queue.run(0, () => new Promise<void>((resolve) => (finish = resolve)), never);
  const second = queue.run(0, async () => "never", giveUp.signal);
  const third = queue.run(0, async () => "third", never);
  giveUp.abort(new Error("gone"));
  await expect(second).rejects.toThrow("gone");
  finish();
  await first;
  expect(await third).toBe("third");
});

it("a limit that is raised lets those who wait begin", async () => {
  let limit = 0;
  const queue = createJobQueue(() => limit);
  const waiting = queue.run(0, async () => "now", never);
  expect(queue.waiting).toBe(1);
  limit = 1;
  queue.wake();
  expect(await waiting).toBe("now");
});

it("work that fails makes room like any other", async () => {
  const queue = createJobQueue(() => 1);
  const failing = queue.run(0, () => Promise.reject(new Error("no")), never);
  await expect(failing).rejects.toThrow("no");
  expect(await queue.run(0, async () => "next", never)).toBe("next");
});
