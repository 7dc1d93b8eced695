import { type Positions, pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { cut } from "../schema/show-value.js";
import type { Rule } from "./rule.js";

/** A number or boolean of an environment reaches the container as it is written: `1.10` must not become 1.1. */
export const envText: Rule = function* (draft, positions) {
  for (const group of ["templates", "engines"] as const) {
    for (const [id, { env } = {}] of Object.entries(draft[group] ?? {})) {
      for (const [name, value] of Object.entries(env ?? {})) {
        if (typeof value !== "number" && typeof value !== "boolean") continue;
        const pointer = pointerTo(group, id, "env", name);
        const written = writtenText(positions, pointer) ?? String(value);
        if (written === String(value)) continue;
        yield findingAt(positions, pointer, "value", {
          rule: "env-text",
          message: `\`${cut(written)}\` would become \`${String(value)}\``,
          hint: `put it in quotes: \`"${cut(written)}"\``,
        });
      }
    }
  }
};

function writtenText(positions: Positions, pointer: string): string | undefined {
  return positions.get(pointer)?.source;
}
