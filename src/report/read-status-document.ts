import type { ProjectStatus, ResourceStatus } from "../model/status.js";
import type { StatusDocument } from "./format-status.js";

/** A status as a watcher has sent it, for whoever shows it to people. What a document leaves out is not known. */
export function readStatusDocument({
  project,
  host,
  watcher,
  resources,
  notes,
}: StatusDocument): ProjectStatus {
  return {
    ...{ project, host, notes },
    resources: resources.map((one) => readResource(one, watcher?.updatedAt ?? "")),
    watcher: watcher === null ? undefined : { ...watcher, format: "warm.daemon/1", resources: {} },
  };
}

function readResource(
  { since, hold, failures, error, nextTryAt, health, ...resource }: StatusDocument["resources"][number],
  updatedAt: string,
): ResourceStatus {
  const { sync, reasons } = resource;
  const work = {
    hold: hold ?? undefined,
    failures,
    error: error ?? undefined,
    nextTryAt: nextTryAt ?? undefined,
  };
  const memory = { sync, since: since ?? updatedAt, reasons, ...work, healedAt: [], isFlapping: false };
  return { ...resource, health: health ?? undefined, memory };
}
