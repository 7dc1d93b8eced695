import { readContainerFile } from "../../docker/observe/read-container-file.js";
import { WarmError } from "../../errors.js";
import type { ParamValue, Witness } from "../../model/job.js";
import { fillText } from "../fill-text.js";
import type { JobTools } from "../job-tools.js";
import type { Watched } from "./witness.js";

const LOOK_AGAIN_MS = 150;
/** A file that says more than that is read to here. */
const MAX_BYTES = 1024 * 1024;

/** Looks for the files that witnesses name. */
export interface WitnessFiles {
  /** @throws WarmError `engine-failed` when one shows already what only the job is to show */
  expectNone(containerId: string): Promise<void>;
  /** Looks again and again until all are seen or the signal fires. Never throws: what cannot be read is looked at again. */
  follow(containerId: string, stop: AbortSignal): void;
}

export function watchFiles(
  watched: readonly Watched[],
  params: Readonly<Record<string, ParamValue>>,
  { host, sleep }: Pick<JobTools, "host" | "sleep">,
): WitnessFiles {
  const waited = watched.filter(({ witness }) => witness.type === "file");

  async function isThere(witness: Witness, containerId: string): Promise<boolean> {
    if (witness.type !== "file") return false;
    const path = fillText(witness.path, params);
    const content = await readContainerFile(host().host.reader, containerId, path, MAX_BYTES);
    if (content === undefined) return false;
    return witness.contains === undefined || content.includes(fillText(witness.contains, params));
  }

  return {
    async expectNone(containerId) {
      for (const { witness } of waited) {
        if (witness.type !== "file" || !(await isThere(witness, containerId))) continue;
        throw new WarmError("engine-failed", `${witness.path} was there before the job had begun`, {
          hint: "have the reset take it away, and the proof look for it",
        });
      }
    },
    follow(containerId, stop) {
      const look = async () => {
        while (!stop.aborted && waited.some(({ isSeen }) => !isSeen)) {
          for (const one of waited)
            if (!one.isSeen && (await isThere(one.witness, containerId).catch(() => false)) && !stop.aborted)
              one.see();
          await sleep(LOOK_AGAIN_MS, stop);
        }
      };
      if (waited.length > 0) void look();
    },
  };
}
