import { resolve } from "node:path";
import { takeSnapshot } from "../../pool/snapshot/take-snapshot.js";
import { formatSnapshot } from "../../report/snapshot/parse-snapshot.js";
import type { CommandContext } from "../command-context.js";
import { writeFileWhole } from "../write-file.js";

interface SnapshotOptions {
  readonly out?: string;
  readonly stateDir?: string;
}

/** What a host is like, for plans on machines that may not reach it. */
export async function runSnapshot(
  { global, terminal, cwd, env }: CommandContext,
  { out, stateDir }: SnapshotOptions,
): Promise<number> {
  const snapshot = await takeSnapshot({ file: global.file, host: global.host, cwd, env, stateDir });
  const text = formatSnapshot(snapshot);
  if (out === undefined) {
    terminal.print(text.trimEnd());
    return 0;
  }
  writeFileWhole(resolve(cwd, out), text, 0o644);
  const { images, networks, volumes, containers } = snapshot.observed;
  const counts = `${images.length} images, ${networks.length} networks, ${volumes.length} volumes, ${containers.length} containers`;
  terminal.note(`Saved what the host is like (${counts}). Plan against it: warm plan --against ${out}`);
  return 0;
}
