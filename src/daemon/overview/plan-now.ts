import pLimit from "p-limit";
import { toPlanDocument } from "../../apply/plan-document.js";
import { type LoadedConfig, parseConfig } from "../../config/load-config.js";
import { observeHost } from "../../docker/observe/observe-host.js";
import { WarmError } from "../../errors.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { NO_OPTIONS, planProject } from "../../plan/plan-project.js";
import { adaptDemand, currentSizes } from "../../pool/scale/adapt-demand.js";
import type { CandidateFile } from "../served.js";
import type { OverviewTools } from "./create-overview.js";
import { hostIsUnknown } from "./host-is-unknown.js";

type Tools = Pick<OverviewTools, "watcher" | "source" | "book" | "link" | "pools">;

/** A look costs the host some work: however many ask, so many are made at once. */
const LOOKS_AT_ONCE = 4;

/** Makes the function that looks at the host now and plans what is wanted, or what a candidate would want. Reads only. */
export function createPlanning(tools: Tools): (candidate?: CandidateFile) => Promise<PlanDocument> {
  const { watcher, source, book, link } = tools;
  const looks = pLimit(LOOKS_AT_ONCE);
  let next: Promise<PlanDocument> | undefined;

  /** @param asksRegistry whether tags have moved; else what was heard last counts */
  async function look(config: LoadedConfig, asksRegistry: boolean): Promise<PlanDocument> {
    const { session } = link;
    const { condition, lastResult } = watcher;
    if (session === undefined || condition.state !== "running" || lastResult === undefined)
      throw hostIsUnknown(condition);
    const { desired } = config;
    const { host, findCredentials } = session;
    const observed = await observeHost(host, {
      ...{ desired, findCredentials, sameHostAs: lastResult.observed },
      registryDigests: asksRegistry ? undefined : lastResult.observed.registryDigests,
    });
    const { pools } = source.current.desired;
    const nowMs = Date.now();
    const demand = adaptDemand(tools.pools.demand(), currentSizes(pools, nowMs), desired.pools, nowMs);
    const plan = planProject(desired, observed, NO_OPTIONS, demand);
    return toPlanDocument(plan, observed, config);
  }

  /** Whoever asks before a look has begun may have that one. */
  function planWanted(): Promise<PlanDocument> {
    next ??= looks(() => {
      next = undefined;
      return look(book.wanted(source.current).config, true);
    });
    return next;
  }

  async function planCandidate({ text, name }: CandidateFile): Promise<PlanDocument> {
    const { directory, dataBase, secrets, config } = source.current;
    const candidate = await parseConfig({ text, file: name, directory, dataBase, env: {}, known: secrets });
    if (candidate.config.project !== config.project)
      throw new WarmError(
        "guard-refused",
        `${name} is of project ${candidate.config.project}, and this watcher keeps ${config.project}`,
        { hint: "ask the watcher of that project" },
      );
    // Whoever may send a file is not who may have us ask any registry that it names.
    return looks(() => look(book.withCandidate(candidate), false));
  }

  return (candidate) => (candidate === undefined ? planWanted() : planCandidate(candidate));
}
