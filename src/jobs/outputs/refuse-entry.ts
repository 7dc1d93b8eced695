import { WarmError } from "../../errors.js";

const LONGEST_NAME = 200;

/** A name as it may stand in a message: quoted, control characters escaped, not endless. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
}

/**
 * @param from the output's path in the engine
 * @param name of the entry
 * @param why follows the name: `is a symbolic link`
 */
export function refuseEntry(from: string, name: string, why: string, hint?: string): WarmError {
  return new WarmError("rejected", `the output ${from} cannot be taken out: ${quoteName(name)} ${why}`, {
    hint,
  });
}
