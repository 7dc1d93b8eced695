import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "./apply-context.js";

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};
