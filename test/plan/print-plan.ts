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

/** A plan as a few lines: one for each change, its fields below it; what is unchanged is left out. */
export function printPlan({ changes }: Plan): string {
  const lines = changes
    .filter(isChange)
    .flatMap(({ action, address, reasons, fields, heldBy }) => [
      `${SYMBOLS[action]} ${address} (${reasons.join(", ")})${heldBy === undefined ? "" : ` held by ${heldBy}`}`,
      ...(action === "create" ? [] : fields).map(
        ({ path, before, after, cause, effect }) =>
          `    ${path}: ${before} -> ${after} [${cause}, ${effect}]`,
      ),
    ]);
  return `\n${lines.join("\n")}${lines.length === 0 ? "" : "\n"}`;
}
