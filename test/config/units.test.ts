import { expect, test } from "vitest";
import { parseDurationMs, parseSizeBytes } from "../../src/config/units.js";

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["2m", 120_000],
  ["4h", 14_400_000],
  ["1m30s", 90_000],
  ["1h2m3s4ms", 3_723_004],
  ["90m", 5_400_000],
])("the duration %s has %d ms", (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each(["", "s", "30", "1d", "30s1m", "1.5s", "-1s", "1 s", "1S", "1s\n", "1m1m"])(
  "%j is no duration",
  (text) => {
    expect(parseDurationMs(text)).toBeNaN();
  },
);

test.each([
  ["256MiB", 268_435_456],
  ["4GiB", 4_294_967_296],
  ["512MB", 512_000_000],
  ["1.5KiB", 1_536],
  ["10B", 10],
  [1_048_576, 1_048_576],
])("the size %s has %d bytes", (size, bytes) => {
  expect(parseSizeBytes(size)).toBe(bytes);
});

test.each(["", "MiB", "256", "256m", "256 MiB", "-1MiB", "1e3MiB", "1.2.3MiB"])("%j is no size", (text) => {
  expect(parseSizeBytes(text)).toBeNaN();
});
