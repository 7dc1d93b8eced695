import type { RunRecord } from "../record.js";

/** Templates that served what was not whole. */
export function checkVolumes({ volumes }: Pick<RunRecord, "volumes">): string[] {
  return volumes
    .filter(({ exitCode }) => exitCode !== 0)
    .map(
      ({ template, atMs, exitCode, output }) =>
        `half a volume: ${template} served at ${Math.round(atMs)} ms (exit code ${exitCode}):\n${output}`,
    );
}
