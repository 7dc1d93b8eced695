import { benchAgainst } from "./against-bench.js";
import { benchApi } from "./api-bench.js";
import { benchApply } from "./apply-beside-bare.js";
import type { BenchHost } from "./bench-project.js";
import { benchEngines } from "./engine-bench.js";
import type { Figure, NotMeasured } from "./figure.js";
import { benchGit } from "./git-bench.js";
import { benchGrowth } from "./growth/growth-bench.js";
import { benchIdleEngines } from "./idle-engines.js";
import { benchJobs } from "./jobs-bench.js";
import { benchWorldgen } from "./jobs-worldgen.js";
import { benchLeases } from "./leases-bench.js";
import { benchNoChange } from "./no-change-plan.js";
import { benchPeers } from "./peers/bench-peers.js";
import { benchPlanInMemory } from "./plan-in-memory.js";
import { benchStartUp } from "./start-up.js";
import { benchIdle, benchWatch } from "./watch-bench.js";

/** What is measured in one go, and how a table calls it. */
export interface Bench {
  readonly title: string;
  /** Whether `--quick` runs it when none is named: in CI there is a minute for all. */
  readonly isInQuick: boolean;
  readonly measure: (host: BenchHost) => Promise<readonly Figure[] | NotMeasured>;
}

/** All of them by their names, in the order in which they run and are shown. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  "start-up": { title: "To begin at all", isInQuick: true, measure: benchStartUp },
  growth: { title: "From 10 resources to 10 000", isInQuick: true, measure: benchGrowth },
  memory: { title: "Planning in memory", isInQuick: true, measure: benchPlanInMemory },
  against: { title: "Plans against a snapshot", isInQuick: false, measure: benchAgainst },
  "no-change": { title: "Nothing to change", isInQuick: true, measure: benchNoChange },
  apply: { title: "Up from nothing", isInQuick: false, measure: benchApply },
  peers: { title: "Beside other tools", isInQuick: false, measure: benchPeers },
  git: { title: "From a commit", isInQuick: true, measure: benchGit },
  watch: { title: "Kept as it is", isInQuick: false, measure: benchWatch },
  idle: { title: "Watching, nothing to do", isInQuick: false, measure: benchIdle },
  api: { title: "The HTTP API", isInQuick: false, measure: benchApi },
  engines: { title: "Engines and leases", isInQuick: false, measure: benchEngines },
  leases: { title: "Leases by many clients", isInQuick: true, measure: benchLeases },
  "idle-engines": { title: "Engines that wait", isInQuick: false, measure: benchIdleEngines },
  jobs: { title: "Jobs of the simulated game", isInQuick: false, measure: benchJobs },
  worlds: { title: "Jobs of Minetest's world generator", isInQuick: false, measure: benchWorldgen },
};
