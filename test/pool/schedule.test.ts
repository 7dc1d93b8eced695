import { expect, it } from "vitest";
import type { ScheduleEntry } from "../../src/model/pool.js";
import { SizeSchedule } from "../../src/pool/scale/current-size.js";
import { Rig, WALL_MS } from "./builders.js";

const HOUR_MS = 3_600_000;
const NIGHT = { min: 1, max: 1, spare: 0 };
const DAY = { min: 4, max: 8, spare: 2 };

const entryOf = (changes: Partial<ScheduleEntry> = {}): ScheduleEntry => ({
  cron: "0 8 * * 1-5",
  timeZone: "Europe/Berlin",
  forMs: 10 * HOUR_MS,
  size: DAY,
  ...changes,
});

function isOpenAt(entry: ScheduleEntry, ...isoTimes: string[]): boolean[] {
  const schedule = new SizeSchedule();
  const policy = { size: NIGHT, schedule: [entry] };
  return isoTimes.map((iso) => schedule.at(policy, Date.parse(iso)).isScheduled);
}

it("has the size of a window from its cron time on for as long as it says", () => {
  const times = [
    "2026-03-02T06:59:59.999Z",
    "2026-03-02T07:00:00Z",
    "2026-03-02T16:59:59.999Z",
    "2026-03-02T17:00:00Z",
  ];
  expect(isOpenAt(entryOf(), ...times)).toEqual([false, true, true, false]);
});

it("keeps to the time zone when the clocks are put forward and back", () => {
  const entry = entryOf({ cron: "0 8 * * *", forMs: HOUR_MS });
  // 29 March 2026: UTC+1 becomes UTC+2; 25 October: back.
  expect(isOpenAt(entry, "2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z", "2026-03-29T07:00:00Z")).toEqual([
    true,
    true,
    false,
  ]);
  expect(isOpenAt(entry, "2026-10-24T06:00:00Z", "2026-10-25T06:30:00Z", "2026-10-25T07:30:00Z")).toEqual([
    true,
    false,
    true,
  ]);
});

it("opens an hour that does not exist after it, and one that comes twice once", () => {
  const entry = entryOf({ cron: "30 2 * * *", forMs: HOUR_MS / 2 });
  expect(isOpenAt(entry, "2026-03-29T00:59:00Z", "2026-03-29T01:30:00Z")).toEqual([false, true]);
  expect(isOpenAt(entry, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")).toEqual([true, false]);
});

it("spans midnight and weekends, and windows that overlap", () => {
  const weekend = entryOf({ cron: "0 22 * * 5", forMs: 60 * HOUR_MS, timeZone: "UTC" });
  expect(isOpenAt(weekend, "2026-03-06T21:59:00Z", "2026-03-08T12:00:00Z", "2026-03-09T10:00:00Z")).toEqual([
    false,
    true,
    false,
  ]);
  const always = entryOf({ cron: "0 * * * *", forMs: 2 * HOUR_MS, timeZone: "UTC" });
  expect(isOpenAt(always, "2026-03-06T00:00:00Z", "2026-03-06T00:59:59Z")).toEqual([true, true]);
});

it("knows days that come once in four years", () => {
  const entry = entryOf({ cron: "0 0 29 2 *", forMs: HOUR_MS, timeZone: "UTC" });
  expect(isOpenAt(entry, "2026-03-01T00:30:00Z", "2028-02-29T00:30:00Z")).toEqual([false, true]);
});

it("takes the first entry whose window is open", () => {
  const launch = entryOf({ cron: "0 12 2 3 *", forMs: HOUR_MS, size: { min: 9, max: 9, spare: 0 } });
  const schedule = new SizeSchedule();
  const policy = { size: NIGHT, schedule: [launch, entryOf()] };
  const minAt = (iso: string) => schedule.at(policy, Date.parse(iso)).size.min;
  expect([
    minAt("2026-03-02T10:59:00Z"),
    minAt("2026-03-02T11:00:00Z"),
    minAt("2026-03-02T12:00:00Z"),
  ]).toEqual([4, 9, 4]);
});

it("finds a size again without asking cron, until the minute or the window is over", () => {
  const schedule = new SizeSchedule();
  const policy = { size: NIGHT, schedule: [entryOf({ forMs: 90_000 })] };
  const at = (iso: string) => schedule.at(policy, Date.parse(iso));
  const found = at("2026-03-02T07:00:10Z");
  expect(found.untilMs).toBe(Date.parse("2026-03-02T07:01:00Z"));
  expect(at("2026-03-02T07:00:59Z")).toBe(found);
  expect(at("2026-03-02T07:01:10Z").untilMs).toBe(Date.parse("2026-03-02T07:01:30Z"));
  expect(at("2026-03-02T07:01:30Z").isScheduled).toBe(false);
});

it("does not look back on what it found when the clock is set back, or when the file changes", () => {
  const schedule = new SizeSchedule();
  const policy = { size: NIGHT, schedule: [entryOf()] };
  expect(schedule.at(policy, Date.parse("2026-03-02T07:00:30Z")).isScheduled).toBe(true);
  expect(schedule.at(policy, Date.parse("2026-03-02T06:59:30Z")).isScheduled).toBe(false);
  expect(schedule.at({ ...policy, schedule: [] }, Date.parse("2026-03-02T07:00:30Z")).isScheduled).toBe(
    false,
  );
});

it("scales a pool as its window opens and closes, and asks for a plan", () => {
  const rig = new Rig({
    size: NIGHT,
    schedule: [
      entryOf({ cron: "1 8 * * *", timeZone: "UTC", forMs: 90_000, size: { min: 3, max: 3, spare: 0 } }),
    ],
  });
  expect(rig.target).toBe(1);
  const untilMinuteMs = 60_000 - ((WALL_MS + rig.nowMs) % 60_000);
  expect(rig.core.nextDeadlineMs(rig.nowMs)).toBe(rig.nowMs + untilMinuteMs);
  const before = rig.demands;
  rig.pass(untilMinuteMs);
  expect([rig.target, rig.demands - before]).toEqual([3, 1]);
  expect(rig.core.view(rig.nowMs, String).decision).toBe("fixed at 3, by the schedule");
  rig.pass(90_000);
  expect(rig.target).toBe(1);
});
