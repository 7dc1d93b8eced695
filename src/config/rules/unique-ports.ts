import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { Rule } from "./rule.js";

/** No port of a pool is named twice. */
export const uniquePorts: Rule = function* (draft, positions) {
  for (const [id, { ports = [] } = {}] of Object.entries(draft.engines ?? {})) {
    for (const [index, port] of ports.entries()) {
      if (ports.indexOf(port) === index) continue;
      yield findingAt(positions, pointerTo("engines", id, "ports", index), "value", {
        rule: "unique-ports",
        message: `the port ${port} is named already`,
        hint: "remove it",
      });
    }
  }
};
