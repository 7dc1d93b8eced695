import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ChunkView, JobView } from "../../src/model/job.js";
import { formatJobLines } from "../../src/report/progress/job-lines.js";
import { createJobProgress } from "../../src/report/progress/job-progress.js";
import { makeStyle } from "../../src/report/text/style.js";
import { displayWidth } from "../../src/report/text/text-width.js";
import { buildView } from "../server/job-builders.js";
import { plain } from "./builders.js";
import { createFakeTerminal } from "./fake-terminal.js";

const START = Date.parse("2026-03-01T12:00:00.000Z");
const chunk = (number: number, state: ChunkView["state"]): ChunkView => ({
  number,
  state,
  engine: undefined,
  attempt: 1,
});
const generating = (parts: Partial<JobView> = {}) =>
  buildView({ state: "generating", attempt: 1, engine: "engine.valheim/1", ...parts });
const layout = { columns: 100, rows: 24, style: plain, nowMs: START + 12_300 };

beforeEach(() => void vi.useFakeTimers({ now: START }));
afterEach(() => void vi.useRealTimers());

describe("the line of a running job", () => {
  it("shows phase, elapsed, tries, engine, chunks and the last line", () => {
    const job = generating({
      ...{ attempt: 2, lastLine: "\u001b[32mGenerating\tregion 4\u001b[0m" },
      chunks: [chunk(0, "done"), chunk(1, "generating"), chunk(2, "queued")],
    });
    expect(formatJobLines([job, buildView({ key: "b" })], "head", layout).join("\n")).toMatchInlineSnapshot(`
      "head
      ⠸ MySeed  generating 12.3s, try 2 of 3, valheim/1, chunks 1/3  Generating  region 4
      ⠸ b       queued 12.3s"
    `);
  });

  it("never wraps, drives the terminal or becomes two, whatever engine and key say", () => {
    const hostile = fc.string({ unit: "binary", maxLength: 600 });
    const columns = fc.integer({ min: 1, max: 120 });
    fc.assert(
      fc.property(hostile, hostile, columns, (key, lastLine, width) => {
        const lines = formatJobLines([generating({ key, lastLine })], undefined, {
          ...layout,
          columns: width,
        });
        expect(lines).toHaveLength(1);
        expect(displayWidth(lines[0] ?? "")).toBeLessThanOrEqual(width);
        expect(lines[0]).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it("is counted where there is no room for it", () => {
    const jobs = Array.from({ length: 50 }, (_, index) => generating({ key: `seed-${index}` }));
    const lines = formatJobLines(jobs, "head", { ...layout, rows: 10 });
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([8, "head", "… and 44 more"]);
  });

  it("costs little also for keys and lines of a megabyte", () => {
    vi.useRealTimers();
    const big = "\u0001".repeat(1_000_000);
    const jobs = Array.from({ length: 20 }, () => generating({ key: big, lastLine: big }));
    const startedAt = performance.now();
    formatJobLines(jobs, undefined, layout);
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

describe("live progress of jobs", () => {
  const open = () => {
    const terminal = createFakeTerminal({ columns: 60, rows: 24 });
    const style = makeStyle({ color: true });
    const progress = createJobProgress({
      ...{ write: terminal.write, columns: () => 60, rows: () => 24, style, now: () => Date.now() },
    });
    return { terminal, progress };
  };

  it("counts the time by itself, keeps what is said above, and leaves only that", () => {
    const { terminal, progress } = open();
    progress.show([generating()], (nowMs) => `1 running ${(nowMs - START) / 1000}s`);
    vi.advanceTimersByTime(2_000);
    expect(terminal.lines()).toEqual(["1 running 2s", "⠋ MySeed  generating 2.0s, valheim/1", ""]);
    progress.say("valheim MySeed: try 1 failed");
    vi.advanceTimersByTime(1_000);
    expect(terminal.lines()[0]).toBe("valheim MySeed: try 1 failed");
    expect([terminal.lines().length, terminal.isCursorVisible()]).toEqual([4, false]);
    progress.stop();
    expect(terminal.lines().filter(Boolean)).toEqual(["valheim MySeed: try 1 failed"]);
    expect(terminal.isCursorVisible()).toBe(true);
    progress.say("late");
    expect(terminal.lines().filter(Boolean)).toEqual(["valheim MySeed: try 1 failed", "late"]);
  });

  it("draws at most ten times a second however often it is told", () => {
    const { terminal, progress } = open();
    for (let round = 0; round < 1_000; round += 1) {
      progress.show([generating({ lastLine: String(round) })], undefined);
      vi.advanceTimersByTime(1);
    }
    expect(terminal.writes()).toBeLessThanOrEqual(11);
    progress.stop();
  });
});
