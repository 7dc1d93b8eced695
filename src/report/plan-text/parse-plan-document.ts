import { WarmError } from "../../errors.js";
import { ACTIONS, type PlanSummary } from "../../model/plan.js";
import { PLAN_FORMAT, type PlanDocument } from "../../model/plan-document.js";
import { makeVisible } from "../text/make-visible.js";
import { checkPlanShape } from "./plan-shape.js";

const SAVE_AGAIN = "save it again with `warm plan --out FILE`";
/** A minor version only adds members; a document of another major cannot be read. */
const FORMAT = /^warm\.plan\/(\d+)(?:\.\d+)?$/;

/**
 * A plan that was saved with `--out`, or printed with `--format json`. Members that this version does not know
 * are let through. Whether the plan still fits the host is apply's question, not asked here.
 * @param file name of the file, for messages
 * @throws WarmError `usage` when the text is no whole plan, or needs a newer warm; `plan-stale` when it was made
 * by an older one whose plans are no longer understood
 */
export function parsePlanDocument(text: string, file: string): PlanDocument {
  const value = parseJson(text, file);
  const format =
    typeof value === "object" && value !== null ? (value as { format?: unknown }).format : undefined;
  const major = typeof format === "string" ? FORMAT.exec(format)?.[1] : undefined;
  if (major === undefined)
    throw new WarmError("usage", `${file} is not a plan of warm`, { hint: SAVE_AGAIN });
  checkMajor(Number(major), file);
  const problem = checkPlanShape(value) ?? checkCounts(value as PlanDocument);
  if (problem !== undefined) {
    throw new WarmError("usage", `${file} is not a whole plan: ${makeVisible(problem)}`, {
      hint: SAVE_AGAIN,
    });
  }
  return value as PlanDocument;
}

function parseJson(text: string, file: string): unknown {
  if (text.trim() === "") throw new WarmError("usage", `${file} is empty`, { hint: SAVE_AGAIN });
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!isCutOff(text)) throw new WarmError("usage", `${file} is not JSON`, { hint: SAVE_AGAIN, cause });
    throw new WarmError("usage", `${file} is cut off: the plan in it does not end`, {
      hint: SAVE_AGAIN,
      cause,
    });
  }
}

/** A text that starts as an object and never closes it. Strings are skipped with their escapes. */
function isCutOff(text: string): boolean {
  if (!text.trimStart().startsWith("{")) return false;
  const brackets = text.replace(/"(?:[^"\\]|\\.)*("|$)/gs, "").replace(/[^{}[\]]/g, "");
  const depth = Array.from(brackets).reduce((open, bracket) => open + ("{[".includes(bracket) ? 1 : -1), 0);
  return depth > 0;
}

function checkMajor(major: number, file: string): void {
  const known = Number(FORMAT.exec(PLAN_FORMAT)?.[1]);
  if (major > known) {
    const hint = "update warm, or make the plan anew with this one";
    throw new WarmError("usage", `${file} was made by a newer warm (plan format ${major})`, { hint });
  }
  if (major < known) {
    const hint = "make the plan anew with `warm plan --out FILE`";
    throw new WarmError("plan-stale", `${file} was made by an older warm (plan format ${major})`, { hint });
  }
}

/**
 * A summary that does not count the changes shows a file that was cut or changed by hand. What is unchanged is
 * listed whole or not at all.
 */
function checkCounts({ changes, summary }: PlanDocument): string | undefined {
  const counted = (action: keyof PlanSummary) => changes.filter((change) => change.action === action).length;
  const isLeftOut = (action: keyof PlanSummary) => action === "noop" && counted(action) === 0;
  const wrong = ACTIONS.find((action) => counted(action) !== summary[action] && !isLeftOut(action));
  return wrong === undefined
    ? undefined
    : `summary.${wrong} is ${summary[wrong]}, but changes has ${counted(wrong)}`;
}
