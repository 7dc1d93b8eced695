/** The end of what has come in of an archive. */
export interface ArchiveTail {
  bytes: number;
  /** How many of the last ones are zero. */
  zeros: number;
}

/** Two empty blocks end an archive. */
const END_BYTES = 1024;

export const newTail = (): ArchiveTail => ({ bytes: 0, zeros: 0 });

export function watchTail(tail: ArchiveTail, chunk: Buffer): void {
  let zeros = 0;
  while (zeros < chunk.length && chunk[chunk.length - 1 - zeros] === 0) zeros += 1;
  tail.bytes += chunk.length;
  tail.zeros = zeros === chunk.length ? tail.zeros + zeros : zeros;
}

/**
 * Whether the marker of an archive's end stands behind its last entry. Zeros that end a file are no such marker, and an
 * extended header without its entry is none.
 * @param end where the last entry's content ends, padded
 */
export function isWholeArchive(tail: ArchiveTail, end: number): boolean {
  const rest = tail.bytes - end;
  return rest >= END_BYTES && tail.zeros >= rest;
}
