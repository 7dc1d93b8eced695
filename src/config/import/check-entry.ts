import { ConfigError } from "../../model/problem.js";
import { parseConfig } from "../load-config.js";
import type { Entry } from "./entry.js";

export type Section = "templates" | "sessions" | "engines";

/**
 * Why a file cannot have an entry, by the very rules that it is read by: an object may carry a label that nobody of us has
 * written. Undefined when it can.
 */
export async function findProblem(section: Section, { id, value }: Entry): Promise<string | undefined> {
  const template = { image: "any:1", blob: "any:1" };
  const known = section === "sessions" ? { templates: { [String(value.template)]: template } } : {};
  const text = JSON.stringify({ version: 1, project: "any", ...known, [section]: { [id]: value } });
  try {
    await parseConfig({ text, file: "", directory: "/", env: {}, known: [] });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [problem] = error.problems;
    return problem === undefined ? error.message : `${problem.field}: ${problem.message}`;
  }
}
