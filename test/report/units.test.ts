import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatDurationMs,
  formatTransfer,
  formatTransferProgress,
} from "../../src/report/text/units.js";

describe("units", () => {
  it("gives memory in binary units and exactly", () => {
    expect([0, 512, 1024, 1536, 2 ** 28, 2 ** 28 + 1, 2 ** 32, 1.5 * 2 ** 40].map(formatBytes)).toEqual([
      "0 B",
      "512 B",
      "1 KiB",
      "1.5 KiB",
      "256 MiB",
      "268435457 B",
      "4 GiB",
      "1.5 TiB",
    ]);
  });

  it("gives bytes on the wire in decimal units", () => {
    expect([0, 1500, 12_345_678, 212e6].map(formatTransfer)).toEqual([
      "0 B",
      "1.5 kB",
      "12.3 MB",
      "212.0 MB",
    ]);
    expect(formatTransferProgress(34_100_000, 212_000_000)).toBe("34.1/212.0 MB");
  });

  it("gives durations in one or two units, without sixty seconds or minutes", () => {
    const lengths = [
      -5, 0, 40, 100, 2140, 59_940, 59_960, 125_000, 3_599_900, 3_600_000, 3_720_000, 86_400_000, 273_600_000,
    ];
    expect(lengths.map(formatDurationMs)).toEqual([
      "0ms",
      "0ms",
      "40ms",
      "0.1s",
      "2.1s",
      "59.9s",
      "1m 00s",
      "2m 05s",
      "60m 00s",
      "1h 00m",
      "1h 02m",
      "1d 0h",
      "3d 4h",
    ]);
  });
});
