import { WarmError } from "../../errors.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { readPlanDocument } from "../plan/read-plan-document.js";

/**
 * A plan that was saved for apply, with the text that it was made from.
 * @throws WarmError as `readPlanDocument`; `usage` for one that was printed
 */
export function readPlanFile(file: string, cwd: string): PlanDocument {
  const document = readPlanDocument(file, cwd);
  if (document.config.text !== undefined) return document;
  throw new WarmError("usage", `${file} was printed, not saved: it lacks the file's text`, {
    hint: "use `warm plan --out FILE`",
  });
}
