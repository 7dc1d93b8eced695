import { posix } from "node:path";
import type { GrantedLease } from "../../pool/pools.js";
import type { JobTools } from "../job-tools.js";
import type { StopSignal } from "./stop-signal.js";

/** More than that is Docker's to stream: this is held in memory. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Paths are arguments, no part of the script. The last word on its standard error is how tar ended. */
const SCRIPT = '{ tar -cf - -C "$1" "$2"; printf "\\ntar:%s" "$?" >&2; } | head -c "$3"';

/**
 * A small file or folder of a leased engine as a tar archive, through its kept session: a few milliseconds.
 * @returns undefined where it is not small, or the engine has no shell or no tar, or something was wrong with it: Docker's
 * own archive has the last word then
 */
export async function readThroughSession(
  from: string,
  lease: GrantedLease,
  stop: StopSignal,
  { pools }: Pick<JobTools, "pools">,
): Promise<AsyncIterable<Buffer> | undefined> {
  const { dir, base } = posix.parse(posix.normalize(from).replace(/\/$/, ""));
  if (base === "" || base.startsWith("-")) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const command = ["/bin/sh", "-c", SCRIPT, "sh", dir, base, String(MOST_BYTES)];
  const { exitCode, stderr } = await pools.exec(lease.id, lease.fence, command, {
    timeoutMs: stop.leftMs(),
    onBytes(chunk) {
      bytes += chunk.length;
      chunks.push(Buffer.from(chunk));
    },
  });
  const isWhole = exitCode === 0 && stderr.endsWith("\ntar:0") && bytes > 0 && bytes < MOST_BYTES;
  return isWhole ? oneByOne(chunks) : undefined;
}

async function* oneByOne(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
