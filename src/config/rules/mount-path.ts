import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { cut } from "../schema/show-value.js";
import type { Rule } from "./rule.js";

/** A mount is an absolute path in its shortest form that Docker's mount syntax can carry. */
export const mountPath: Rule = function* (draft, positions) {
  for (const [id, { mount } = {}] of Object.entries(draft.templates ?? {})) {
    const fault = mount === undefined ? undefined : findFault(mount);
    if (fault === undefined) continue;
    yield findingAt(positions, pointerTo("templates", id, "mount"), "value", {
      rule: "mount-path",
      message: `\`${cut(mount ?? "")}\` ${fault}`,
      hint: "write a plain absolute path, such as `/workspace/cyanprint`",
    });
  }
};

function findFault(mount: string): string | undefined {
  if (mount === "/") return "would hide the whole container";
  if (/[,:]/.test(mount)) return "has a `,` or `:`";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(mount)) return "has a control character";
  const parts = mount.split("/").slice(1);
  if (parts.includes("..") || parts.includes(".")) return "has a `.` or `..` part";
  if (parts.includes("")) return "has an empty part: a double `/`, or one at its end";
  return undefined;
}
