import { utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FileChange } from "../chaos-project.js";
import type { Fault } from "../fault.js";
import type { InTurn, Struck } from "./strike.js";

type FileFault = Extract<Fault, { kind: "file" }>;

const BROKEN_MS = 1_000;

/** @param inTurn nobody starts a watcher meanwhile, which would end at once over a broken file */
export function createFileStrikes(
  { sandbox, project }: Struck,
  inTurn: InTurn,
): (fault: FileFault) => Promise<void> {
  const file = join(sandbox.dir, "warm.yaml");
  let now: FileChange = {};
  let saved = 0;

  function save(change: FileChange): void {
    saved += 1;
    now = { ...now, comment: String(saved), byRename: false, ...change };
    project.write(now);
  }

  async function breakFile(): Promise<void> {
    project.write({ ...now, isBroken: true });
    await sleep(BROKEN_MS);
    project.write(now);
  }

  return async ({ blow }) => {
    switch (blow) {
      case "touch":
        return utimesSync(file, new Date(), new Date());
      case "comment":
        return save({});
      case "renamed":
        return save({ byRename: true });
      case "guest":
        return save({ hasGuest: !now.hasGuest });
      case "size":
        return save({ size: ((now.size ?? project.size) % project.size) + 1 });
      case "broken":
        return inTurn(breakFile);
      default:
        return blow satisfies never;
    }
  };
}
