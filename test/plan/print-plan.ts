import { isChange, type Plan } from "../../src/model/plan.js";

const SYMBOLS = {
  create: "+",
  start: ">",
  update: "~",
  replace: "±",
  delete: "-",
  conflict: "!",
  noop: " ",
} as const;

const bySuccessor = (successor: string | undefined) => (successor === undefined ? "" : ` by ${successor}`);

/** What an engine depends on beside other engines goes without saying. */
function afterEngines(dependsOn: readonly string[]): string {
  const engines = dependsOn.filter((address) => address.startsWith("engine."));
  return engines.length === 0 ? "" : ` after ${engines.join(", ")}`;
}

/** A plan as a few lines: one for each change, its fields below it; what is unchanged is left out. */
export function printPlan({ changes }: Plan): string {
  const lines = changes
    .filter(isChange)
    .flatMap(({ action, address, reasons, fields, heldBy, successor, dependsOn }) => [
      `${SYMBOLS[action]} ${address} (${reasons.join(", ")})${heldBy === undefined ? "" : ` held by ${heldBy}`}${bySuccessor(successor)}${afterEngines(dependsOn)}`,
      ...(action === "create" ? [] : fields).map(
        ({ path, before, after, cause, effect }) =>
          `    ${path}: ${before} -> ${after} [${cause}, ${effect}]`,
      ),
    ]);
  return `\n${lines.join("\n")}${lines.length === 0 ? "" : "\n"}`;
}
