import { canonicalJson, sha256 } from "../../model/canonical.js";
import { engineOf } from "../../model/engine-resource.js";
import { isOwned, LABEL } from "../../model/labels.js";
import { parseEngineAddress } from "../../model/names.js";
import type { Observed } from "../../model/observed.js";
import type { Address, Desired } from "../../model/resource.js";
import { engineSpec } from "../../model/spec.js";
import type { Decision, Requests } from "../decision.js";
import { indexObserved } from "../index-observed.js";
import { planImage } from "../plan-image.js";
import { planNetwork } from "../plan-network.js";
import { compareEngine } from "./compare-engine.js";

/** Engines that were made from another spec or image than is wanted now, used or not. */
export interface StaleEngines {
  readonly containerIds: ReadonlySet<string>;
  /** Another text for another spec or image of a pool. */
  specOf(pool: string): string;
}

const NO_REQUESTS: Requests = { replace: new Set(), adopt: new Set() };

/** What planning says of idle engines only, for all of them: who hands them out has to know. Pure. */
export function findStaleEngines(desired: Desired, observed: Observed): StaleEngines {
  const index = indexObserved(observed, desired);
  const pools = new Map(desired.pools.map((pool) => [pool.id, pool]));
  const decided = new Map<Address, Decision>();
  for (const resource of pools.size === 0 ? [] : desired.resources) {
    if (resource.kind === "network") decided.set(resource.address, planNetwork(resource, index, NO_REQUESTS));
    if (resource.kind === "image")
      decided.set(resource.address, planImage(resource, index, desired.pull.policy, NO_REQUESTS));
  }
  const stale = observed.containers.filter((container) => {
    const { pool: id = "", slot = 0 } = parseEngineAddress(container.labels[LABEL.address] ?? "") ?? {};
    const pool = isOwned(container.labels, desired.project) ? pools.get(id) : undefined;
    if (pool === undefined) return false;
    const { fields } = compareEngine(engineOf(pool, slot), container, index, decided);
    return fields.some(({ effect }) => effect === "replace");
  });
  return {
    containerIds: new Set(stale.map(({ id }) => id)),
    specOf(id) {
      const pool = pools.get(id);
      if (pool === undefined) return "";
      const image = index.wantedImages.get(pool.image)?.id ?? "";
      return sha256(canonicalJson([image, engineSpec(engineOf(pool, 1), () => "")]));
    },
  };
}
