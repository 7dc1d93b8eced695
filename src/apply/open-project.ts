import { type LoadedConfig, loadConfig } from "../config/load-config.js";
import type { Host } from "../docker/connection/connect.js";
import { observeHost } from "../docker/observe/observe-host.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import type { Demand } from "../model/engine.js";
import type { Forecast } from "../model/forecast.js";
import type { Observed } from "../model/observed.js";
import type { Plan, PlanOptions } from "../model/plan.js";
import type { Desired } from "../model/resource.js";
import { forecastPlan } from "../plan/forecast/forecast-plan.js";
import { planProject } from "../plan/plan-project.js";
import { type HostSettings, openHost } from "./host-session.js";

export interface ProjectSettings extends HostSettings {
  /** Path of the file, from `cwd`; default `warm.yaml`. */
  readonly file?: string | undefined;
  readonly cwd?: string;
  /** A config that was read already, from a saved plan. */
  readonly config?: LoadedConfig;
  /** Adds what is wanted beside the file. */
  readonly extend?: (loaded: LoadedConfig) => Promise<LoadedConfig>;
  /** What the project's engines are doing. Default: nobody uses any. */
  readonly readDemand?: (desired: Desired) => Promise<Demand>;
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
  /** What a plan would cost and risk: registries are asked for sizes, for some seconds at most. Never fails for them. */
  forecast(plan: Plan, observed: Observed, cancel?: AbortSignal): Promise<Forecast>;
  /** What may change the host. Loaded when it is first used. */
  openWriter(): Promise<HostWriter>;
  close(): void;
}

/**
 * Reads the file, then connects to the host.
 * @throws ConfigError for the file, WarmError of the docker edge for the host.
 */
export async function openProject(settings: ProjectSettings = {}): Promise<Project> {
  const { file = "warm.yaml", cwd = process.cwd(), env = process.env } = settings;
  const loaded = settings.config ?? (await loadConfig({ path: file, cwd, env }));
  const config = (await settings.extend?.(loaded)) ?? loaded;
  const { host, findCredentials, openWriter, close } = await openHost(settings);
  const { desired } = config;
  const observe = (cancel?: AbortSignal) => observeHost(host, { desired, findCredentials, cancel });
  return {
    config,
    host,
    observe,
    async plan(options, cancel) {
      const [observed, demand] = await Promise.all([observe(cancel), settings.readDemand?.(desired)]);
      return { plan: planProject(desired, observed, options, demand), observed };
    },
    async forecast(plan, observed, cancel) {
      const forecast = forecastPlan(plan, desired, observed);
      if (forecast.pulls.length === 0) return forecast;
      const { forecastPulls } = await import("../docker/registry/forecast-pulls.js");
      const addresses = forecast.pulls.map(({ address }) => address);
      return { ...forecast, ...(await forecastPulls(host, observed, addresses, findCredentials, cancel)) };
    },
    openWriter,
    close,
  };
}
