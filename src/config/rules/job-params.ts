import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { DraftEngine } from "../normalize/raw-config.js";
import type { Rule } from "./rule.js";

type DraftParam = NonNullable<NonNullable<NonNullable<DraftEngine["job"]>["params"]>[string]>;

/** What is said of a parameter fits its type, and can be met. */
export const jobParams: Rule = function* (draft, positions) {
  for (const [id, { job } = {}] of Object.entries(draft.engines ?? {})) {
    for (const [name, param = {}] of Object.entries(job?.params ?? {})) {
      const at = pointerTo("engines", id, "job", "params", name);
      for (const [key, message, hint] of findMistakes(name, param))
        yield findingAt(positions, key === "" ? at : `${at}/${key}`, key === "" ? "key" : "value", {
          rule: "job-params",
          message,
          hint,
        });
    }
  }
};

/** Names that texts use for something else. */
const RESERVED = new Set(["dir"]);

function* findMistakes(
  name: string,
  param: DraftParam,
): Generator<[key: string, message: string, hint: string]> {
  const { type = "string", minLength = 1, maxLength = 1024, minimum, maximum, pattern } = param;
  if (RESERVED.has(name))
    yield ["", `\`{${name}}\` is the job's folder already`, "give the parameter another name"];
  if (minLength > maxLength)
    yield [
      "minLength",
      `no text has at least ${minLength} and at most ${maxLength} characters`,
      "raise `maxLength`",
    ];
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    yield ["minimum", `no number is at least ${minimum} and at most ${maximum}`, "raise `maximum`"];
  if (pattern !== undefined && !isPattern(pattern))
    yield [
      "pattern",
      "this is no regular expression",
      "correct it; the syntax is that of JavaScript's expressions",
    ];
  const { default: value } = param;
  if (value === undefined) return;
  const isRight = type === "integer" ? Number.isInteger(value) : typeof value === type;
  if (!isRight)
    yield ["default", `the default is not of type ${type}`, `write another one, or change the type`];
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}
