import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApplyEvent } from "../../src/model/event.js";
import { createLiveProgress } from "../../src/report/progress/live-progress.js";
import { makeStyle } from "../../src/report/text/style.js";
import { createFakeTerminal } from "./fake-terminal.js";

const started = (address: string): ApplyEvent => ({ type: "action-started", address, action: "create" });
const done = (address: string): ApplyEvent => ({ type: "action-done", address, action: "create", ms: 2100 });
const pulling = (address: string, bytesDone: number, bytesTotal: number): ApplyEvent => ({
  type: "action-progress",
  address,
  action: "create",
  phase: "pulling",
  pull: { bytesDone, bytesTotal },
});

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

function open(size = { columns: 80, rows: 24 }) {
  const terminal = createFakeTerminal(size);
  let { columns } = size;
  const progress = createLiveProgress({
    write: terminal.write,
    columns: () => columns,
    rows: () => size.rows,
    style: makeStyle({ color: true }),
    now: () => Date.now(),
  });
  const resize = (next: number) => {
    columns = next;
    terminal.resize(next);
  };
  return { terminal, progress, resize };
}

describe("live progress", () => {
  it("shows a line for each running action and lets finished ones scroll up", () => {
    const { terminal, progress } = open();
    progress.handle(started("image.a"));
    progress.handle(started("container.cyan-b"));
    progress.handle(pulling("image.a", 34_100_000, 212_000_000));
    vi.advanceTimersByTime(1200);
    expect(terminal.lines().join("\n")).toMatchInlineSnapshot(`
      "⠹ image.a           pulling  [==>                 ] 34.1/212.0 MB  1.2s
      ⠹ container.cyan-b  creating  1.2s
      "
    `);
    progress.handle(done("image.a"));
    vi.advanceTimersByTime(100);
    expect(terminal.lines().join("\n")).toMatchInlineSnapshot(`
      "image.a: pulled in 2.1s
      ⠸ container.cyan-b  creating  1.3s
      "
    `);
    expect(terminal.isCursorVisible()).toBe(false);
  });

  it("leaves finished lines and a visible cursor when it stops", () => {
    const { terminal, progress } = open();
    progress.handle(started("image.a"));
    progress.handle(done("image.a"));
    progress.handle(started("image.b"));
    progress.stop();
    progress.stop();
    expect(terminal.lines()).toEqual(["image.a: pulled in 2.1s", ""]);
    expect(terminal.isCursorVisible()).toBe(true);
  });

  it("writes events after the stop as plain lines", () => {
    const { terminal, progress } = open();
    progress.stop();
    progress.handle(done("image.a"));
    expect(terminal.lines()).toEqual(["image.a: pulled in 2.1s", ""]);
  });

  it("draws at most ten times a second", () => {
    const { terminal, progress } = open();
    for (let step = 0; step < 1000; step += 1) {
      progress.handle(pulling("image.a", step, 1000));
      vi.advanceTimersByTime(1);
    }
    expect(terminal.writes()).toBeLessThanOrEqual(11);
    expect(terminal.writes()).toBeGreaterThanOrEqual(9);
    progress.stop();
  });

  it("writes nothing while nothing runs", () => {
    const { terminal } = open();
    vi.advanceTimersByTime(5000);
    expect(terminal.writes()).toBe(0);
  });

  it("caps the lines at the height of the terminal, and none is lost or doubled", () => {
    const { terminal, progress } = open({ columns: 60, rows: 8 });
    const addresses = Array.from({ length: 17 }, (_, index) => `image.i${index}`);
    for (const address of addresses) progress.handle(started(address));
    vi.advanceTimersByTime(100);
    expect(terminal.lines().join("\n")).toMatchInlineSnapshot(`
      "⠙ image.i0  pulling  0.1s
      ⠙ image.i1  pulling  0.1s
      ⠙ image.i2  pulling  0.1s
      ⠙ image.i3  pulling  0.1s
      ⠙ image.i4  pulling  0.1s
      … and 12 more
      "
    `);
    for (const address of addresses) {
      progress.handle(done(address));
      vi.advanceTimersByTime(70);
    }
    progress.stop();
    expect(terminal.lines()).toEqual([...addresses.map((address) => `${address}: pulled in 2.1s`), ""]);
  });

  it("never wraps a line, however narrow the terminal and wide the text", () => {
    for (const columns of [1, 2, 5, 20, 40, 79]) {
      const { terminal, progress } = open({ columns, rows: 24 });
      progress.handle(started(`image.${"x".repeat(100)}`));
      progress.handle(pulling(`image.${"\u001b[2J日本".repeat(30)}`, 1, 2));
      vi.advanceTimersByTime(100);
      expect(terminal.lines()).toHaveLength(3);
      progress.stop();
    }
  });

  it("stays in place when the terminal becomes narrower", () => {
    const { terminal, progress, resize } = open({ columns: 100, rows: 24 });
    progress.handle(started("image.done"));
    progress.handle(done("image.done"));
    progress.handle(pulling("image.127.0.0.1:5000/acme/ts-template:1.4.0", 1e6, 9e6));
    vi.advanceTimersByTime(200);
    resize(30);
    vi.advanceTimersByTime(200);
    expect(terminal.lines().join("\n")).toMatchInlineSnapshot(`
      "image.done: pulled in 2.1s
      ⠼ image.12…e:1.4.0  pulling …
      "
    `);
    progress.stop();
  });

  it("keeps failures with their log lines above the live ones", () => {
    const { terminal, progress } = open();
    progress.handle(started("image.b"));
    progress.handle({
      type: "action-failed",
      address: "container.a",
      action: "create",
      code: "unhealthy",
      message: "exited with code 1",
      logs: ["boom", "\u001b[2Jbang"],
    });
    vi.advanceTimersByTime(100);
    expect(terminal.lines().join("\n")).toMatchInlineSnapshot(`
      "container.a: failed: exited with code 1 (unhealthy)
          last log lines:
            boom
            \\x1b[2Jbang
      ⠙ image.b  pulling  0.1s
      "
    `);
    progress.stop();
  });
});
