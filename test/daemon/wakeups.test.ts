import { describe, expect, it } from "vitest";
import { createWakeups, type Trigger } from "../../src/daemon/triggers/wakeups.js";
import { fakeClock } from "./builders.js";

const NEVER = { atMs: Number.POSITIVE_INFINITY, trigger: "timer" } as const;

function setUp() {
  const clock = fakeClock();
  const cancel = new AbortController();
  const wakeups = createWakeups(clock, cancel.signal);
  const woken: { atMs: number; triggers: Trigger[] }[] = [];
  /** Waits, and notes when it was woken by what. */
  const wait = (deadline: Parameters<typeof wakeups.next>[0] = NEVER) =>
    wakeups.next(deadline).then((triggers) => woken.push({ atMs: clock.now(), triggers }));
  return { clock, cancel, wakeups, woken, wait };
}

describe("a waiter", () => {
  it("is woken at once by a mark, also by one from before", async () => {
    const { clock, wakeups, woken, wait } = setUp();
    wakeups.mark("docker");
    await wait();
    void wait();
    await clock.pass(10);
    wakeups.mark("file");
    await clock.pass(10);
    expect(woken).toEqual([
      { atMs: 0, triggers: ["docker"] },
      { atMs: 10, triggers: ["file"] },
    ]);
  });

  it("takes many marks for one", async () => {
    const { clock, wakeups, woken, wait } = setUp();
    for (let index = 0; index < 1_000; index += 1) wakeups.mark("docker");
    wakeups.mark("file");
    await wait();
    void wait();
    await clock.pass(1_000);
    expect(woken).toEqual([{ atMs: 0, triggers: ["docker", "file"] }]);
  });

  it("waits for those that may follow, and not for ever when more and more do", async () => {
    const { clock, wakeups, woken, wait } = setUp();
    void wait();
    for (let index = 0; index < 5; index += 1) {
      wakeups.mark("docker", 100);
      await clock.pass(40);
    }
    expect(woken).toEqual([{ atMs: 100, triggers: ["docker"] }]);
  });

  it("is woken sooner by a mark that may wait less", async () => {
    const { clock, wakeups, woken, wait } = setUp();
    void wait();
    wakeups.mark("docker", 100);
    wakeups.mark("settled", 50);
    wakeups.mark("docker", 10);
    await clock.pass(200);
    expect(woken).toEqual([{ atMs: 10, triggers: ["docker"] }]);
    await wait();
    expect(woken[1]?.triggers).toEqual(["settled"]);
  });

  it("is woken by its deadline, with what that is for", async () => {
    const { clock, woken, wait } = setUp();
    void wait({ atMs: 30_000, trigger: "retry" });
    await clock.pass(29_999);
    expect(woken).toEqual([]);
    await clock.pass(1);
    expect(woken).toEqual([{ atMs: 30_000, triggers: ["retry"] }]);
  });

  it("learns of a timer that is due together with something else", async () => {
    const { clock, wakeups, woken, wait } = setUp();
    await clock.pass(1_000);
    wakeups.mark("docker");
    await wait({ atMs: 500, trigger: "timer" });
    expect(woken[0]?.triggers).toEqual(["docker", "timer"]);
  });

  it("is let go when all is over, with nothing", async () => {
    const { clock, cancel, wakeups, woken, wait } = setUp();
    void wait();
    await clock.pass(10);
    cancel.abort();
    await clock.pass(0);
    wakeups.mark("docker");
    await wait();
    expect(woken.map(({ triggers }) => triggers)).toEqual([[], []]);
  });

  it("sleeps for a month where it is told to", async () => {
    const { clock, woken, wait } = setUp();
    void wait({ atMs: 30 * 24 * 3_600_000, trigger: "timer" });
    await clock.pass(29 * 24 * 3_600_000);
    expect(woken).toEqual([]);
    await clock.pass(24 * 3_600_000);
    expect(woken).toHaveLength(1);
  });
});

it("a clock that is set back makes nobody wait for it: what was due is due when its time has passed", async () => {
  const { clock, wakeups, woken, wait } = setUp();
  void wait({ atMs: 30_000, trigger: "timer" });
  await clock.pass(29_500);
  wakeups.mark("docker", 1_000);
  clock.setBack(3_600_000);
  await clock.pass(1_000);
  expect(woken.map(({ triggers }) => triggers)).toEqual([["docker", "timer"]]);
});
