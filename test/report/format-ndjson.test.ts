import { expect, it } from "vitest";
import { createNdjson } from "../../src/report/progress/format-ndjson.js";

it("numbers the lines and starts with the version", () => {
  const write = createNdjson({ now: () => Date.parse("2026-01-01T10:00:00Z"), run: "r1" });
  const text =
    write({ type: "action-started", address: "image.a", action: "create" }) +
    write({ type: "action-done", address: "image.a", action: "create", ms: 12 }) +
    write({ type: "summary", done: 1, failed: 0, skipped: 0, unhealthy: 0, interrupted: false });
  expect(text).toMatchInlineSnapshot(`
    "{"v":"1","seq":1,"ts":"2026-01-01T10:00:00.000Z","run":"r1","type":"version","format":"warm.events/1"}
    {"v":"1","seq":2,"ts":"2026-01-01T10:00:00.000Z","run":"r1","type":"action-started","address":"image.a","action":"create"}
    {"v":"1","seq":3,"ts":"2026-01-01T10:00:00.000Z","run":"r1","type":"action-done","address":"image.a","action":"create","ms":12}
    {"v":"1","seq":4,"ts":"2026-01-01T10:00:00.000Z","run":"r1","type":"summary","done":1,"failed":0,"skipped":0,"unhealthy":0,"interrupted":false}
    "
  `);
  expect(
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).seq),
  ).toEqual([1, 2, 3, 4]);
});

it("keeps hostile characters in the value and out of the text", () => {
  const write = createNdjson({ now: () => 0, run: "r1" });
  const message = "a\u009b2J\u202eb\u007f\u{e0001}";
  const line =
    write({ type: "action-retrying", address: "image.a", attempt: 1, delayMs: 1, message }).split("\n")[1] ??
    "";
  expect(line).toContain("a\\u009b2J\\u202eb\\u007f\\udb40\\udc01");
  expect(JSON.parse(line).message).toBe(message);
});
