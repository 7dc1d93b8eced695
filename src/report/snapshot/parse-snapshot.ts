import { WarmError } from "../../errors.js";
import { SNAPSHOT_FORMAT, type Snapshot } from "../../model/snapshot.js";
import { formatJson } from "../text/format-json.js";
import { makeVisible } from "../text/make-visible.js";
import { checkSnapshotShape } from "./snapshot-shape.js";

const TAKE_AGAIN = "take it again with `warm snapshot --out FILE`";
/** A minor version only adds members. */
const FORMAT = /^warm\.snapshot\/(\d+)(?:\.\d+)?$/;

/** One line of JSON, as small as it gets: machines read it. Ends in a line feed. */
export const formatSnapshot = (snapshot: Snapshot) => `${formatJson(snapshot, 0)}\n`;

/**
 * A snapshot as `warm snapshot` has written it. Members that this version does not know are let through.
 * @param file its name, for messages
 * @throws WarmError `usage` when the text is no whole snapshot, or of another version
 */
export function parseSnapshot(text: string, file: string): Snapshot {
  const refuse = (what: string, hint = TAKE_AGAIN, cause?: unknown) =>
    new WarmError("usage", `${file} ${what}`, { hint, cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(text.trim() === "" ? "is empty" : "is not JSON, or is cut off", TAKE_AGAIN, cause);
  }
  const { format } = (typeof value === "object" && value !== null ? value : {}) as { format?: unknown };
  const major = typeof format === "string" ? FORMAT.exec(format)?.[1] : undefined;
  if (major === undefined) throw refuse("is not a snapshot of warm");
  if (major !== FORMAT.exec(SNAPSHOT_FORMAT)?.[1])
    throw refuse(
      `was taken by another warm (snapshot format ${major})`,
      "take it with the same version of warm",
    );
  const problem = checkSnapshotShape(value);
  if (problem !== undefined) throw refuse(`is not a whole snapshot: ${makeVisible(problem)}`);
  return value as Snapshot;
}
