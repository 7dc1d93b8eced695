import { findClosest } from "../config/suggest.js";
import { WarmError } from "../errors.js";
import type { JobParam, JobSpec, ParamValue } from "../model/job.js";

type Params = Readonly<Record<string, ParamValue>>;

/**
 * The parameters of a job with its defaults, in the order of their declaration. A text stands for a number or a boolean
 * where one is declared, as a command line gives it.
 * @throws WarmError `usage` that names every mistake
 */
export function readParams(pool: string, { params: declared }: JobSpec, given: Params): Params {
  const mistakes: string[] = [];
  const names = declared.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const closest = findClosest(name, names);
    mistakes.push(
      `there is no \`${show(name)}\`${closest === undefined ? "" : ` (did you mean \`${closest}\`?)`}`,
    );
  }
  const values: [string, ParamValue][] = [];
  for (const param of declared) {
    const value = Object.hasOwn(given, param.name) ? given[param.name] : param.default;
    const read = value === undefined ? { mistake: "it is required" } : readValue(param, value);
    if ("mistake" in read) mistakes.push(`\`${param.name}\`: ${read.mistake}`);
    else values.push([param.name, read.value]);
  }
  if (mistakes.length === 0) return Object.fromEntries(values);
  throw new WarmError("usage", `${pool}: ${mistakes.join("; ")}`, {
    hint: names.length === 0 ? "this job has no parameters" : `its parameters are ${names.join(", ")}`,
  });
}

type Read = { readonly value: ParamValue } | { readonly mistake: string };

function readValue(param: JobParam, value: ParamValue): Read {
  switch (param.type) {
    case "string":
      return typeof value === "string"
        ? readText(param, value)
        : { mistake: `${value} is no text: write it in quotes` };
    case "boolean":
      if (typeof value === "boolean") return { value };
      return value === "true" || value === "false"
        ? { value: value === "true" }
        : { mistake: `\`${show(value)}\` is neither true nor false` };
    case "integer":
    case "number":
      return readNumber(param, value);
  }
  param.type satisfies never;
}

function readText({ minLength, maxLength, pattern }: JobParam, value: string): Read {
  // It would have no UTF-8, and so no hash of its own.
  if (/\p{Surrogate}/u.test(value)) return { mistake: "it has half a character (a lone surrogate)" };
  // Characters as people count them need at least one unit each.
  const length = value.length > 4 * maxLength ? value.length : [...value].length;
  if (length < minLength)
    return { mistake: length === 0 ? "it is empty" : `it has fewer than ${minLength} characters` };
  if (length > maxLength) return { mistake: `it has more than ${maxLength} characters` };
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, "u").test(value))
    return { mistake: `\`${show(value)}\` does not match \`${pattern}\`` };
  return { value };
}

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function readNumber({ type, minimum, maximum }: JobParam, value: ParamValue): Read {
  const number = typeof value === "string" && NUMBER.test(value) ? Number(value) : value;
  const isNumber = typeof number === "number" && Number.isFinite(number);
  if (!isNumber || (type === "integer" && !Number.isSafeInteger(number)))
    return { mistake: `\`${show(value)}\` is no ${type === "integer" ? "whole number" : "number"}` };
  if (minimum !== undefined && number < minimum) return { mistake: `${number} is less than ${minimum}` };
  if (maximum !== undefined && number > maximum) return { mistake: `${number} is more than ${maximum}` };
  return { value: number };
}

const show = (value: ParamValue): string => {
  const text = JSON.stringify(String(value)).slice(1, -1);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};
