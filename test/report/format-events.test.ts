import { describe, expect, it } from "vitest";
import type { ApplyEvent } from "../../src/model/event.js";
import { createEventLog, formatEventLine } from "../../src/report/progress/format-events.js";
import { plain } from "./builders.js";

const image = "image.127.0.0.1:5000/acme/ts:1";
const container = "container.cyan-template-x";
const holder = {
  id: "1",
  who: "ci@build-7 (pid 42)",
  command: "warm apply",
  reason: "",
  since: "2026-01-01T10:00:00Z",
  expiresAt: "2026-01-01T10:01:00Z",
};

/** One of each, as an apply of two resources could emit them. */
const EVENTS: readonly ApplyEvent[] = [
  { type: "lock-waiting", holder },
  { type: "lock-waiting", holder: undefined },
  { type: "lock-broken", holder },
  { type: "action-started", address: image, action: "create" },
  {
    type: "action-progress",
    address: image,
    action: "create",
    phase: "pulling",
    pull: { bytesDone: 1e6, bytesTotal: 9e6 },
  },
  {
    type: "action-retrying",
    address: image,
    attempt: 2,
    delayMs: 1500,
    message: "the registry cut the stream",
  },
  {
    type: "action-progress",
    address: image,
    action: "create",
    phase: "pulling",
    pull: { bytesDone: 5e6, bytesTotal: 9e6 },
  },
  { type: "action-done", address: image, action: "create", ms: 2100, detail: "12.3 MB" },
  { type: "action-started", address: container, action: "replace" },
  { type: "action-progress", address: container, action: "replace", phase: "creating" },
  { type: "action-progress", address: container, action: "replace", phase: "starting" },
  {
    type: "action-progress",
    address: container,
    action: "replace",
    phase: "waiting",
    detail: "GET / gave 503",
  },
  {
    type: "action-progress",
    address: container,
    action: "replace",
    phase: "waiting",
    detail: "GET / gave 502",
  },
  {
    type: "action-failed",
    address: container,
    action: "replace",
    code: "unhealthy",
    message: "exited with code 1 before it was healthy",
    hint: "look at the image's command",
    logs: ["\u001b[31mboom\u001b[0m", "\tat main"],
  },
  { type: "action-skipped", address: "container.b", action: "start", because: `${image} failed` },
  { type: "summary", done: 1, failed: 1, skipped: 1, unhealthy: 1, interrupted: false },
];

describe("formatEventLine", () => {
  it("says each event in a line, failures with their details", () => {
    expect(EVENTS.flatMap((event) => formatEventLine(event, plain) ?? []).join("\n")).toMatchInlineSnapshot(`
      "lock: waiting for ci@build-7 (pid 42), running warm apply
      lock: waiting for another run
      lock: expired and broken; it was held by ci@build-7 (pid 42), running warm apply
      image.127.0.0.1:5000/acme/ts:1: pulling
      image.127.0.0.1:5000/acme/ts:1: trying again in 1.5s (attempt 2): the registry cut the stream
      image.127.0.0.1:5000/acme/ts:1: pulled in 2.1s (12.3 MB)
      container.cyan-template-x: replacing
      container.cyan-template-x: creating
      container.cyan-template-x: starting
      container.cyan-template-x: waiting until healthy (GET / gave 503)
      container.cyan-template-x: waiting until healthy (GET / gave 502)
      container.cyan-template-x: failed: exited with code 1 before it was healthy (unhealthy)
          last log lines:
            boom
              at main
          hint: look at the image's command
      container.b: skipped: image.127.0.0.1:5000/acme/ts:1 failed"
    `);
  });

  it("uses the words of each action", () => {
    const actions = ["create", "start", "update", "replace", "delete"] as const;
    const line = (event: ApplyEvent) => formatEventLine(event, plain);
    const both = actions.map((action) => [
      line({ type: "action-started", address: container, action }),
      line({ type: "action-done", address: container, action, ms: 50 }),
    ]);
    expect(both.flat().join("\n")).toMatchInlineSnapshot(`
      "container.cyan-template-x: creating
      container.cyan-template-x: created in 50ms
      container.cyan-template-x: starting
      container.cyan-template-x: started in 50ms
      container.cyan-template-x: updating
      container.cyan-template-x: updated in 50ms
      container.cyan-template-x: replacing
      container.cyan-template-x: replaced in 50ms
      container.cyan-template-x: deleting
      container.cyan-template-x: deleted in 50ms"
    `);
  });
});

describe("createEventLog", () => {
  it("tells progress only when the phase changes", () => {
    const log = createEventLog(plain);
    expect(
      EVENTS.slice(3, 14)
        .flatMap((event) => log(event) ?? [])
        .join("\n"),
    ).toMatchInlineSnapshot(`
      "image.127.0.0.1:5000/acme/ts:1: pulling
      image.127.0.0.1:5000/acme/ts:1: trying again in 1.5s (attempt 2): the registry cut the stream
      image.127.0.0.1:5000/acme/ts:1: pulled in 2.1s (12.3 MB)
      container.cyan-template-x: replacing
      container.cyan-template-x: creating
      container.cyan-template-x: starting
      container.cyan-template-x: waiting until healthy (GET / gave 503)
      container.cyan-template-x: failed: exited with code 1 before it was healthy (unhealthy)
          last log lines:
            boom
              at main
          hint: look at the image's command"
    `);
  });
});
