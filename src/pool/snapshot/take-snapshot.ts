import { dirname, resolve } from "node:path";
import { type HostSettings, openHost } from "../../apply/host-session.js";
import { loadConfig } from "../../config/load-config.js";
import { readRequests, requestsIn } from "../../config/requests/read-requests.js";
import { observeHost } from "../../docker/observe/observe-host.js";
import type { PoolDemand } from "../../model/engine.js";
import { type PoolSnapshot, SNAPSHOT_FORMAT, type Snapshot } from "../../model/snapshot.js";
import { journalPath, statePath } from "../journal/journal-path.js";
import { readDemand } from "../read-demand.js";
import { currentSizes } from "../scale/adapt-demand.js";
import { hideSecrets } from "./hide-secrets.js";

export interface SnapshotSettings extends HostSettings {
  /** Path of the file, from `cwd`: of it only the project, the pools and the tags that may have moved matter. */
  readonly file: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where the watcher keeps its state, from `cwd`; default `.warm` beside the file. */
  readonly stateDir?: string | undefined;
}

/**
 * Reads all that a plan needs of a host, once, without secrets. Reads only.
 * @throws ConfigError for the file, WarmError of the docker edge for the host
 */
export async function takeSnapshot(settings: SnapshotSettings): Promise<Snapshot> {
  const { file, cwd, env, stateDir } = settings;
  const { config, desired } = await loadConfig({ path: file, cwd, env, known: "unread" });
  const state = statePath(dirname(resolve(cwd, file)), stateDir, cwd);
  const { host, findCredentials, close } = await openHost(settings);
  try {
    const [observed, requests, demand] = await Promise.all([
      observeHost(host, { desired, findCredentials, isForAnyFile: true }),
      readRequests(requestsIn(state)),
      readDemand(journalPath(state), desired),
    ]);
    const sizes = currentSizes(desired.pools, Date.now());
    const pools = [...demand].map(([id, pool]): [string, PoolSnapshot] => [
      id,
      { ...keep(pool), size: sizes.get(id) },
    ]);
    return {
      format: SNAPSHOT_FORMAT,
      project: config.project,
      observed: hideSecrets(observed, config.project),
      requests,
      pools: Object.fromEntries(pools),
    };
  } finally {
    close();
  }
}

const keep = ({ target, engines }: PoolDemand) => ({ target, engines: Object.fromEntries(engines) });
