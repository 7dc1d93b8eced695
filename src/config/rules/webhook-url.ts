import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { cut } from "../schema/show-value.js";
import type { Rule } from "./rule.js";

/** A webhook is an http or https URL, and has no password in this text. */
export const webhookUrl: Rule = function* (draft, positions) {
  for (const [id, { webhook } = {}] of Object.entries(draft.notify ?? {})) {
    if (typeof webhook !== "string") continue;
    const problem = findProblem(webhook);
    if (problem === undefined) continue;
    const pointer = pointerTo("notify", id, "webhook");
    yield findingAt(positions, pointer, "value", { rule: "webhook-url", ...problem });
  }
};

function findProblem(text: string): { message: string; hint: string } | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    return { message: `\`${cut(text)}\` is no http or https URL`, hint: "write `https://host/path`" };
  if (url.password === "") return undefined;
  return {
    message: "the URL has a password in it",
    hint: "keep it out of the file: `webhook: { fromEnv: NAME }`",
  };
}
