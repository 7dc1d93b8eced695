import { readFileSync } from "node:fs";

/**
 * `node --import shift-clock.mjs`: the clock on the wall runs beside the real one by as many ms as the file says that
 * WARM_CHAOS_CLOCK names, from one moment to the next. The monotonic clock and timers are as they were, as when somebody
 * sets a machine's clock.
 */
const RealDate = Date;
let byMs = readShift();
setInterval(() => {
  byMs = readShift();
}, 50).unref();

const now = () => RealDate.now() + byMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (date, parts, made) => Reflect.construct(date, parts.length === 0 ? [now()] : parts, made),
  get: (date, name) => (name === "now" ? now : Reflect.get(date, name)),
});

function readShift() {
  return Number(readFileSync(process.env.WARM_CHAOS_CLOCK ?? "", "utf8"));
}
