import { homedir } from "node:os";
import { type LoadedConfig, loadConfig } from "../config/load-config.js";
import { connectHost, type Host } from "../docker/connection/connect.js";
import { createCredentialFinder } from "../docker/connection/credentials.js";
import { resolveEndpoint } from "../docker/connection/endpoint.js";
import { observeHost } from "../docker/observe/observe-host.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import type { Observed } from "../model/observed.js";
import type { Plan, PlanOptions } from "../model/plan.js";
import { planProject } from "../plan/plan-project.js";

export interface ProjectSettings {
  /** Path of the file, from `cwd`; default `warm.yaml`. */
  readonly file?: string | undefined;
  /** Docker endpoint; default as the docker CLI chooses it. */
  readonly host?: string | undefined;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly home?: string;
  /** A config that was read already, from a saved plan. */
  readonly config?: LoadedConfig;
}

/** One warm.yaml and the host that it is for. */
export interface Project {
  readonly config: LoadedConfig;
  readonly host: Host;
  /** One whole snapshot. Reads only. */
  observe(cancel?: AbortSignal): Promise<Observed>;
  /** Observes and plans. Reads only. */
  plan(
    options?: PlanOptions,
    cancel?: AbortSignal,
  ): Promise<{ readonly plan: Plan; readonly observed: Observed }>;
  /** What may change the host. Loaded when it is first used. */
  openWriter(): Promise<HostWriter>;
  close(): void;
}

/**
 * Reads the file, then connects to the host.
 * @throws ConfigError for the file, WarmError of the docker edge for the host.
 */
export async function openProject(settings: ProjectSettings = {}): Promise<Project> {
  const { file = "warm.yaml", cwd = process.cwd(), env = process.env, home = homedir() } = settings;
  const config = settings.config ?? (await loadConfig({ path: file, cwd, env }));
  const host = await connectHost(resolveEndpoint({ host: settings.host, env, home }));
  const findCredentials = createCredentialFinder({ env, home });
  const { desired } = config;
  const observe = (cancel?: AbortSignal) => observeHost(host, { desired, findCredentials, cancel });
  return {
    config,
    host,
    observe,
    async plan(options, cancel) {
      const observed = await observe(cancel);
      return { plan: planProject(desired, observed, options), observed };
    },
    async openWriter() {
      const { createWriter } = await import("../docker/write/host-writer.js");
      return createWriter(host, findCredentials);
    },
    close: host.close,
  };
}
