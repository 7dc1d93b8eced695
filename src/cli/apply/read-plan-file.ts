import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { WarmError } from "../../errors.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { parsePlanDocument } from "../../report/plan-text/parse-plan-document.js";

/**
 * A plan that was saved for apply, with the text that it was made from.
 * @throws WarmError `usage`; `plan-stale` for one of an older warm
 */
export function readPlanFile(file: string, cwd: string): PlanDocument {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new WarmError(
      "usage",
      code === "ENOENT" ? `there is no plan ${file}` : `cannot read the plan ${file}: ${message}`,
      { hint: "`warm plan --out FILE` writes one", cause },
    );
  }
  const document = parsePlanDocument(text, file);
  if (document.config.text !== undefined) return document;
  throw new WarmError("usage", `${file} was printed, not saved: it lacks the file's text`, {
    hint: "use `warm plan --out FILE`",
  });
}
