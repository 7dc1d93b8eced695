import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { WarmError } from "../../errors.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { parsePlanDocument } from "../../report/plan-text/parse-plan-document.js";

/**
 * Reads a plan that was saved or printed.
 * @param file from `cwd`
 * @throws WarmError as `parsePlanDocument`, and `usage` when the file cannot be read
 */
export function readPlanDocument(file: string, cwd: string): PlanDocument {
  return parsePlanDocument(readText(file, cwd), file);
}

function readText(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new WarmError(
      "usage",
      code === "ENOENT" ? `there is no plan ${file}` : `cannot read the plan ${file}: ${message}`,
      { hint: "`warm plan --out FILE` writes one", cause },
    );
  }
}
