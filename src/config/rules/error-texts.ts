import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { DraftEngine } from "../normalize/raw-config.js";
import { cut } from "../schema/show-value.js";
import type { Rule } from "./rule.js";

/** No log line that an engine is waited for is one that fails it. */
export const errorTexts: Rule = function* (draft, positions) {
  for (const [id, engine = {}] of Object.entries(draft.engines ?? {})) {
    for (const [index, text] of (engine.errors?.log ?? []).entries()) {
      const awaited = awaitedTexts(engine).find(([, line]) => line?.includes(text));
      if (awaited === undefined) continue;
      yield findingAt(positions, pointerTo("engines", id, "errors", "log", index), "value", {
        rule: "error-texts",
        message: `\`${cut(text)}\` is also in \`${awaited[0]}\`, so the line that is waited for would fail the engine`,
        hint: "write more of the line that shows the error",
      });
    }
  }
};

function awaitedTexts({ ready, job }: DraftEngine): (readonly [field: string, text: string | undefined])[] {
  return [
    ["ready.log", ready?.log],
    ["job.confirm.log", job?.confirm?.log],
    ["job.done.log", job?.done?.log],
    ...(job?.outputs ?? []).map(
      ({ ready: shown }, index) => [`job.outputs.${index}.ready.log`, shown?.log] as const,
    ),
  ];
}
