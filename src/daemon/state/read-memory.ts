import type { StateDirectory } from "./state-directory.js";

/** What an earlier run of the same project left. */
export interface Memory {
  /** What its resource keys were made with. */
  readonly salt: string;
  readonly resources: unknown;
}

/** @param salt for a memory that starts anew */
export async function readMemory(state: StateDirectory, project: string, salt: string): Promise<Memory> {
  const value = (await state.read("status.json")) as
    | {
        readonly format?: unknown;
        readonly project?: unknown;
        readonly salt?: unknown;
        readonly resources?: unknown;
      }
    | null
    | undefined;
  if (value?.format !== "warm.daemon/1" || value.project !== project || typeof value.salt !== "string")
    return { salt, resources: undefined };
  return { salt: value.salt, resources: value.resources };
}
