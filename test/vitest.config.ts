import { defineConfig } from "vitest/config";
import { LongestFirst } from "./longest-first.js";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "src/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Twice the cores of a small machine: they wait for Docker and for clocks as much as they compute.
    maxWorkers: 4,
    // No file leaves anything behind in its process, and a process that is kept has loaded its modules.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    setupFiles: ["test/rig/failed-tries.ts"],
    // The build is loaded as node loads it.
    server: { deps: { external: [/\/dist\//] } },
  },
});
