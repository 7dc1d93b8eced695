import {
  ENGINE_BLOWS,
  type Fault,
  FILE_BLOWS,
  FOREIGN_BLOWS,
  type ProxyBlow,
  type ProxyCalls,
  TEMPLATE_BLOWS,
} from "./fault.js";
import { createRandom, type Random } from "./random.js";

export interface ScheduledFault {
  /** From the begin of the faults on. */
  readonly atMs: number;
  readonly fault: Fault;
}

/** The mean is what a seed's 60 s have about 75 of. */
const PAUSE_MS = { least: 50, most: 1_550 };
/** Nothing that takes so long to be noticed is begun later than this before the end. */
const SLOW_MS = 20_000;
/** A killed watcher's lock is waited for, and calls that never end run into their deadlines. */
const SLOW: (fault: Fault) => boolean = (fault) =>
  (fault.kind === "watcher" && fault.blow === "kill" && !fault.isLockBroken) ||
  (fault.kind === "proxy" && fault.blow.how === "stall");
/** In a run of this length or more the watcher is left alone in its last part, which shows whether its memory grows. */
const LONG_SECONDS = 240;
const REPLACED_PART = 0.4;

const MAKERS: readonly { readonly weight: number; readonly make: (random: Random) => Fault }[] = [
  {
    weight: 12,
    make: (random) => ({ kind: "template", blow: random.pick(TEMPLATE_BLOWS), index: random.below(8) }),
  },
  {
    weight: 10,
    make: (random) => ({ kind: "engine", blow: random.pick(ENGINE_BLOWS), index: random.below(8) }),
  },
  { weight: 3, make: () => ({ kind: "seeder" }) },
  { weight: 2, make: (random) => ({ kind: "session volume", index: random.below(8) }) },
  { weight: 2, make: () => ({ kind: "network" }) },
  {
    weight: 3,
    make: (random) => ({ kind: "image", blow: random.pick(["untag", "retag"]), index: random.below(8) }),
  },
  { weight: 2, make: (random) => ({ kind: "proof", index: random.below(8) }) },
  { weight: 1, make: () => ({ kind: "prune" }) },
  { weight: 4, make: killWatcher },
  { weight: 2, make: (random) => ({ kind: "watcher", blow: "terminate", awayMs: random.below(1_500) }) },
  { weight: 1, make: () => ({ kind: "watcher", blow: "hang up" }) },
  { weight: 2, make: (random) => ({ kind: "watcher", blow: "suspend", ms: random.between(200, 6_000) }) },
  { weight: 2, make: (random) => ({ kind: "docker", blow: random.pick(["crash", "crash", "graceful"]) }) },
  { weight: 12, make: breakProxy },
  { weight: 4, make: moveClock },
  {
    weight: 4,
    make: (random) => ({
      kind: "disk",
      place: random.pick(["state", "data"]),
      forMs: random.between(300, 4_000),
    }),
  },
  { weight: 6, make: (random) => ({ kind: "file", blow: random.pick(FILE_BLOWS) }) },
  { weight: 5, make: (random) => ({ kind: "foreign", blow: random.pick(FOREIGN_BLOWS) }) },
];
const TOTAL = MAKERS.reduce((sum, { weight }) => sum + weight, 0);

/** All faults of a run, in the order of their times: the same seed and length make the same ones. */
export function makeSchedule(seed: string, seconds: number): ScheduledFault[] {
  const random = createRandom(seed);
  const endMs = seconds * 1_000;
  const faults: ScheduledFault[] = [];
  for (let atMs = 0; ; ) {
    atMs += random.between(PAUSE_MS.least, PAUSE_MS.most);
    if (atMs >= endMs) return faults;
    const fault = makeFault(random);
    if (isInTime(fault, atMs, seconds)) faults.push({ atMs, fault });
  }
}

function isInTime(fault: Fault, atMs: number, seconds: number): boolean {
  const endMs = seconds * 1_000;
  if (SLOW(fault) && atMs > endMs - SLOW_MS) return false;
  const isReplaced = fault.kind === "watcher" && (fault.blow === "kill" || fault.blow === "terminate");
  return !(isReplaced && seconds >= LONG_SECONDS && atMs > REPLACED_PART * endMs);
}

function makeFault(random: Random): Fault {
  let left = random.below(TOTAL);
  for (const { weight, make } of MAKERS) {
    if (left < weight) return make(random);
    left -= weight;
  }
  throw new Error("the weights do not add up");
}

function killWatcher(random: Random): Fault {
  return { kind: "watcher", blow: "kill", isLockBroken: random.below(8) > 0, awayMs: random.below(1_500) };
}

const PROXY_BLOWS: readonly ((random: Random) => ProxyBlow)[] = [
  () => ({ how: "refuse" }),
  () => ({ how: "error" }),
  () => ({ how: "hold" }),
  (random) => ({ how: "delay", ms: random.between(50, 3_000) }),
  (random) => ({ how: "cut", afterBytes: random.below(2_000) }),
  (random) => ({ how: "truncate", afterBytes: random.below(2_000) }),
  (random) => ({ how: "stall", afterBytes: random.below(2_000) }),
];
const PROXY_CALLS: readonly ProxyCalls[] = ["looks", "changes", "streams", "all"];

function breakProxy(random: Random): Fault {
  const blow = random.pick(PROXY_BLOWS)(random);
  // A change that never ends is noticed after a minute: here it is held instead.
  const calls = blow.how === "stall" ? random.pick(["looks", "streams"] as const) : random.pick(PROXY_CALLS);
  return { kind: "proxy", blow, calls, forMs: random.between(50, 3_000) };
}

const JUMPS_MS = [1_000, 30_000, 600_000, 3_600_000, 86_400_000];

function moveClock(random: Random): Fault {
  return { kind: "clock", byMs: random.pick(JUMPS_MS) * random.pick([1, -1]) };
}
