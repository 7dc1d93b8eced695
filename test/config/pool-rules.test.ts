import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { engineName, isQuarantineName, lockName, quarantineName } from "../../src/model/names.js";
import { problemsOf } from "./read-problems.js";

const fileWith = (setting: object, head: object = {}, pool = "pool") =>
  JSON.stringify({
    version: 1,
    project: "demo",
    ...head,
    engines: { [pool]: { image: "acme/engine", ready: { log: "up" }, ...setting } },
  });
const scheduled = (cron: string, timeZone = "UTC") =>
  fileWith({ schedule: [{ cron, timeZone, for: "1h", size: 1 }] });

describe("a schedule's time", () => {
  test.each([
    "* * * * *",
    "*/10 8-17 * * MON-FRI",
    "0,30 8 1,15 JAN,7 *",
    " 0  8 * * 7 ",
    "0 8 29 2 *",
    "0 8 L * *",
    "0 8 31 2 1",
    "0 8 * * 5#2",
  ])("%j is accepted", async (cron) => {
    expect(await problemsOf(scheduled(cron))).toEqual([]);
  });

  test.each(["UTC", "Europe/Berlin", "Etc/GMT+1", "America/Argentina/Buenos_Aires"])(
    "in %s is accepted",
    async (zone) => {
      expect(await problemsOf(scheduled("0 8 * * *", zone))).toEqual([]);
    },
  );

  test("is accepted if croner finds a next time for it, and refused if not", async () => {
    const field = (least: number, most: number, ...more: string[]) => {
      const number = fc.integer({ min: least, max: most });
      return fc.oneof(
        { weight: 6, arbitrary: fc.constant("*") },
        { weight: 6, arbitrary: number.map(String) },
        fc.tuple(number, number).map(([from, to]) => `${from}-${to}`),
        fc.tuple(number, number).map(([a, b]) => `${a},${b}`),
        number.map((step) => `*/${step}`),
        fc.constantFrom(String(most + 1), "1,", "-", "*/", "x", ...more),
      );
    };
    const cron = fc
      .tuple(
        ...[field(0, 59), field(0, 23), field(1, 31, "L", "LW", "15W", "31W")],
        ...[field(1, 12, "FEB", "JAN-MAR"), field(0, 6, "MON", "1#2", "1#5", "5L", "+1")],
      )
      .map((parts) => parts.join(" "));
    await fc.assert(
      fc.asyncProperty(cron, async (text) => {
        const isAccepted = (await problemsOf(scheduled(text))).length === 0;
        expect(isAccepted, text).toBe(nextTimeOf(text) !== undefined);
      }),
      { numRuns: 500, examples: [["0 0 31W 2 *"], ["0 0 31 2 +1"], ["0 0 29W 2 *"]] },
    );
  });
});

/** @returns undefined when there is none, or nobody can tell what the expression means */
function nextTimeOf(cron: string): Date | undefined {
  try {
    return new Cron(cron, { mode: "5-part", timezone: "UTC" }).nextRun(new Date(0)) ?? undefined;
  } catch {
    return undefined;
  }
}

describe("the names of engines", () => {
  const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}$/);
  const slot = fc.integer({ min: 1, max: 1200 });

  test("are those of one place in one pool alone", () => {
    const place = fc.record({ pool: id, slot });
    fc.assert(
      fc.property(place, place, (a, b) => {
        fc.pre(a.pool !== b.pool || a.slot !== b.slot);
        expect(engineName("cyan", a.pool, a.slot)).not.toBe(engineName("cyan", b.pool, b.slot));
      }),
    );
    expect(engineName("cyan", "a-1", 1)).not.toBe(engineName("cyan", "a", 11));
  });

  test("are never the lock's in a file that is accepted", async () => {
    await fc.assert(
      fc.asyncProperty(id, slot, async (pool, taken) => {
        const project = `engine-${pool}-${taken}`;
        expect(lockName(project)).toBe(engineName("warm-lock", pool, taken));
        const problems = await problemsOf(fileWith({}, { project, prefix: "warm-lock" }, pool));
        expect(problems.map(({ rule }) => rule)).toEqual(["unique-names"]);
        expect(await problemsOf(fileWith({}, { project, prefix: "warm" }, pool))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test("are never those of engines in quarantine", async () => {
    expect(isQuarantineName(quarantineName(engineName("cyan", "pool", 1), "0123456789abcdef"))).toBe(true);
    const rulesOf = async (prefix: string, pool: string) =>
      (await problemsOf(fileWith({}, { prefix }, pool))).map(({ rule }) => rule);
    expect(await rulesOf("cyan", "a--warm-quarantine-b")).toEqual(["pool-name"]);
    expect(await rulesOf("cyan--warm-quarantine-x", "a")).toEqual(["pool-name"]);
    expect(await rulesOf("cyan", "a-warm-quarantine")).toEqual([]);
  });
});
