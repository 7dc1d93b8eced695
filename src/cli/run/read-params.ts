import { WarmError } from "../../errors.js";
import type { ParamValue } from "../../model/job.js";
import { makeVisible } from "../../report/text/make-visible.js";

export type Params = Readonly<Record<string, ParamValue>>;

/**
 * What `name=value` gives, each value as it stands after the first `=`: who runs the pool knows of which type it has to be.
 * @throws WarmError `usage` with every argument that cannot be meant
 */
export function readParams(pairs: readonly string[]): Params {
  const entries = pairs.map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return at === -1 ? ["", pair] : [pair.slice(0, at), pair.slice(at + 1)];
  });
  const names = entries.map(([name]) => name);
  const problems = entries.flatMap(([name, value], index) => {
    if (name === "") return [`${shorten(pairs[index] ?? value)}: is not \`name=value\``];
    return names.indexOf(name) === index ? [] : [`${shorten(name)}: is given twice`];
  });
  if (problems.length === 0) return Object.fromEntries(entries);
  throw new WarmError("usage", problems.join("\n"), {
    hint: "write parameters as `name=value`, such as `seed=MySeed`; quote a value with spaces for your shell",
  });
}

const shorten = (text: string) => makeVisible(text.length > 60 ? `${text.slice(0, 60)}…` : text);
