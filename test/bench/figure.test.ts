import { expect, it } from "vitest";
import { type Bar, type Figure, isMet } from "./figure.js";
import { logLogSlope, slopeBeyondStart } from "./growth/slope.js";
import { median, percentile, summarise } from "./measure.js";
import { assembleResults, type BenchResult, formatResults, mergeResults, parseResults } from "./results.js";

function figure(bars: Bar[], id = "f"): Figure {
  return {
    ...{ id, name: id, unit: "ms", better: "lower", bars },
    series: [
      { who: "warm", ...summarise([10]) },
      { who: "tofu", ...summarise([20]) },
    ],
  };
}

it.each<[boolean | undefined, Bar[]]>([
  [true, [{ max: 10 }]],
  [false, [{ max: 9.9 }]],
  [true, [{ min: 10 }]],
  [false, [{ min: 10.1 }]],
  [true, [{ against: "tofu", atMost: 0.5 }]],
  [false, [{ against: "tofu", atMost: 0.49 }]],
  [true, [{ against: "tofu", atLeast: 0.5 }]],
  [false, [{ against: "tofu", atLeast: 0.51 }]],
  [false, [{ max: 10 }, { against: "tofu", atMost: 0.1 }]],
  [undefined, [{ against: "docker CLI", atMost: 1 }]],
  [true, [{ max: 10 }, { against: "docker CLI", atMost: 1 }]],
  [undefined, []],
])("it is %s that 10 beside 20 meets %j", (expected, bars) => {
  expect(isMet(figure(bars))).toBe(expected);
});

it("medians and percentiles are of the sorted values", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
  expect(
    percentile(
      Array.from({ length: 100 }, (_, index) => index),
      0.99,
    ),
  ).toBe(98);
});

it("a slope is the power by which time grows", () => {
  const grow = (power: number, start: number) =>
    [10, 100, 1_000, 10_000].map((size) => ({ size, value: start + size ** power }));
  expect(logLogSlope(grow(1, 0))).toBeCloseTo(1);
  expect(logLogSlope(grow(2, 0))).toBeCloseTo(2);
  // A start that takes long hides how steep it is, and is taken off.
  expect(logLogSlope(grow(2, 1e9))).toBeLessThan(0.1);
  expect(slopeBeyondStart(grow(2, 1e9))).toBeCloseTo(2, 2);
});

const around = {
  machine: { cores: 2, model: "m", memoryGiB: 8 },
  kernel: "6",
  versions: { warm: "0", node: "20", docker: "20" },
};
const bench = (id: string, parts: Partial<BenchResult> = {}): BenchResult => ({
  ...{ measuredOn: "2026-01-01", loadBefore: 0, seconds: 1, figures: [figure([], id)] },
  ...parts,
});

it("a part that is measured again takes the place of what it was, and the rest stays", () => {
  const earlier = assembleResults(around, { a: bench("a.old"), b: bench("b") });
  const now = assembleResults(around, { a: bench("a.new", { measuredOn: "2026-01-02" }) });
  expect(mergeResults(earlier, now).benches).toEqual({ a: now.benches.a, b: earlier.benches.b });
});

it("a part that cannot be measured now stays as it was", () => {
  const earlier = assembleResults(around, { a: bench("a") });
  const now = assembleResults(around, { a: bench("a", { figures: [], notMeasured: "no wrk" }) });
  expect(mergeResults(earlier, now)).toEqual(earlier);
});

it("results of two places are not mixed", () => {
  const earlier = assembleResults({ ...around, kernel: "5" }, { a: bench("a") });
  const now = assembleResults(around, { a: bench("a") });
  expect(() => mergeResults(earlier, now)).toThrow("measure everything anew");
});

it("results are read as they were written", () => {
  const results = assembleResults(around, { a: bench("a") });
  expect(parseResults(formatResults(results))).toEqual(results);
});
