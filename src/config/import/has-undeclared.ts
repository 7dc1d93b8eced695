import type { FoundHost } from "../../model/found-host.js";
import { isOwned, LABEL, type Labels } from "../../model/labels.js";
import { parseEngineAddress } from "../../model/names.js";
import type { Desired } from "../../model/resource.js";
import { isOfResource } from "./choose-scope.js";

/** Whether a project has something on the host that a file of it does not declare, and that a plan of it would delete. */
export function hasUndeclared({ project, resources, pools }: Desired, found: FoundHost): boolean {
  const declared = new Set(resources.map(({ address }) => address));
  const ids = new Set(pools.map(({ id }) => id));
  const isDeclared = (labels: Labels) => {
    const address = labels[LABEL.address] ?? "";
    const pool = parseEngineAddress(address)?.pool;
    return pool === undefined ? declared.has(address) : ids.has(pool);
  };
  return [...found.networks, ...found.volumes, ...found.containers].some(
    ({ labels }) => isOwned(labels, project) && isOfResource(labels) && !isDeclared(labels),
  );
}
