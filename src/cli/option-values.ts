import { InvalidArgumentError } from "commander";
import { parseDurationMs, parseSizeBytes } from "../config/units.js";

/** Values of options, as commander has them read. Each throws InvalidArgumentError for what it cannot mean. */

export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

export function wholeNumber(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError("use a whole number");
  return Number(text);
}

export function duration(text: string): number {
  const ms = parseDurationMs(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError("use a duration such as 30s, 5m or 1h30m");
  return ms;
}

export function size(text: string): number {
  const bytes = parseSizeBytes(text);
  if (Number.isNaN(bytes)) throw new InvalidArgumentError("use a size such as 500MiB or 10GiB");
  return bytes;
}

/** A duration, or days. */
export function age(text: string): number {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  return days === undefined ? duration(text) : Number(days) * 24 * 60 * 60_000;
}

/** Of a closed list, separated by commas; repeatable. */
export function oneOrMore<Choice extends string>(choices: readonly Choice[]) {
  return (text: string, previous: readonly Choice[] = []): Choice[] => {
    const wanted = text.split(",").map((part) => part.trim());
    const chosen = wanted.map((part) => choices.find((choice) => choice === part));
    if (chosen.includes(undefined)) throw new InvalidArgumentError(`use one of ${choices.join(", ")}`);
    return [...previous, ...chosen.filter((choice) => choice !== undefined)];
  };
}
