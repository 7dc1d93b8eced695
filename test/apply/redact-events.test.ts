import { expect, it } from "vitest";
import { redactEvents } from "../../src/apply/redact-events.js";
import type { ApplyEvent } from "../../src/model/event.js";
import type { Desired } from "../../src/model/resource.js";
import { makeSecret } from "../../src/model/secret.js";

const failed = {
  type: "action-failed",
  address: "container.a",
  action: "create",
  code: "unhealthy",
} as const;

/** What becomes of an event of a project with these secrets. */
function redact(
  secrets: readonly string[],
  event: ApplyEvent,
  of: "template" | "pool" = "template",
): ApplyEvent | undefined {
  const env = Object.fromEntries(
    secrets.map((secret, index) => [`S${index}`, makeSecret(secret, { env: "S" })]),
  );
  const desired = {
    resources: of === "template" ? [{ kind: "container", env }] : [{ kind: "image" }],
    pools: of === "pool" ? [{ env }] : [],
  } as unknown as Desired;
  let told: ApplyEvent | undefined;
  redactEvents((event) => {
    told = event;
  }, desired)(event);
  return told;
}

it("message, hint and logs of a failure are told without a secret", () => {
  const event = { ...failed, message: "bad hunter2!", hint: "not hunter2", logs: ["S=hunter2", "ok"] };
  expect(redact(["hunter2"], event)).toEqual({
    ...failed,
    message: "bad (sensitive)!",
    hint: "not (sensitive)",
    logs: ["S=(sensitive)", "ok"],
  });
});

it("a short secret is hidden where it stands alone, not inside of words", () => {
  const event = { ...failed, message: "PIN=42 in 1420 ms, a.b and a+b" };
  expect(redact(["42", "a.b"], event)).toMatchObject({
    message: "PIN=(sensitive) in 1420 ms, (sensitive) and a+b",
  });
});

it("a secret that is part of another one, or of what hides it, leaves no rest", () => {
  const event = { ...failed, message: "hunter2-long hunter2 sensitive" };
  expect(redact(["hunter2", "hunter2-long", "sensitive"], event)).toMatchObject({
    message: "(sensitive) (sensitive) (sensitive)",
  });
});

it("a secret of several lines is hidden line by line, and blank lines hide nothing", () => {
  const event = { ...failed, message: "x", logs: ["-----KEY-----", "", "abcdef"] };
  expect(redact(["-----KEY-----\r\nabcdef\n\n"], event)).toMatchObject({
    logs: ["(sensitive)", "", "(sensitive)"],
  });
});

it("the secrets of a pool are hidden like those of a template", () => {
  const event = { ...failed, message: "bad hunter2!", logs: ["S=hunter2"] };
  expect(redact(["hunter2"], event, "pool")).toEqual({
    ...failed,
    message: "bad (sensitive)!",
    logs: ["S=(sensitive)"],
  });
});
