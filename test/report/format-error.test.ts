import { describe, expect, it } from "vitest";
import { toWarmError, WarmError } from "../../src/errors.js";
import { formatError } from "../../src/report/format-error.js";
import { formatHolder } from "../../src/report/format-holder.js";
import { plain } from "./builders.js";

describe("formatError", () => {
  it("says what failed, the last log lines, and one thing to do", () => {
    const error = new WarmError("seed-failed", "the seeding container exited with code 1", {
      address: "volume.cyan-x",
      hint: "run the blob image by hand",
      logs: ["unzip: broken", "\tbye\r"],
    });
    expect(formatError(error, plain)).toMatchInlineSnapshot(`
      "error: volume.cyan-x: the seeding container exited with code 1
      last log lines:
        unzip: broken
          bye
      hint: run the blob image by hand"
    `);
  });

  it("names the address only once", () => {
    const error = new WarmError("in-use", "volume.cyan-x is in use", { address: "volume.cyan-x" });
    expect(formatError(error, plain)).toBe("error: volume.cyan-x is in use");
  });

  it("shows where an unknown error comes from, and says that it is a bug", () => {
    const lines = formatError(toWarmError(new TypeError("x is not a function")), plain).split("\n");
    expect(lines[0]).toBe("error: x is not a function");
    expect(lines[1]).toMatch(/^ {2}at .*format-error\.test\.ts/);
    expect(lines.at(-1)).toBe("this is a bug in warm: please report it with the lines above");
  });

  it("shows a message of several lines as such, and no line of a stranger's passes for one of ours", () => {
    expect(formatError(new WarmError("rejected", "a\r\nerror: all is well\u001b[2J"), plain)).toBe(
      "error: a\n  error: all is well\\x1b[2J",
    );
    expect(formatError(new WarmError("plan-stale", "nothing was done:\n  a\n  b"), plain)).toBe(
      "error: nothing was done:\n  a\n  b",
    );
  });
});

describe("formatHolder", () => {
  const holder = {
    id: "1",
    who: "ci@build-7 (pid 42)",
    command: "warm apply",
    reason: "deploy of 4f1c2ab",
    since: "2026-01-01T10:00:00Z",
    expiresAt: "2026-01-01T10:01:00Z",
  };

  it("says who holds the lock, why, and until when", () => {
    expect(formatHolder(holder, Date.parse("2026-01-01T10:00:30Z"))).toMatchInlineSnapshot(`
      "held by  ci@build-7 (pid 42)
      running  warm apply
      because  deploy of 4f1c2ab
      since    2026-01-01T10:00:00Z
      until    2026-01-01T10:01:00Z (renewed while it runs; 30.0s left)"
    `);
  });

  it("says that an expired lock may be broken", () => {
    expect(
      formatHolder({ ...holder, reason: "" }, Date.parse("2026-01-01T10:03:05Z")),
    ).toMatchInlineSnapshot(`
      "held by  ci@build-7 (pid 42)
      running  warm apply
      since    2026-01-01T10:00:00Z
      until    2026-01-01T10:01:00Z (expired 2m 05s ago: it may be broken)"
    `);
  });
});
