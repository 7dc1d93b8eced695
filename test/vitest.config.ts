import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "src/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // They wait for Docker and for clocks more than they compute.
    maxWorkers: 3,
    // No file leaves anything behind in its process, and a process that is kept has loaded its modules.
    isolate: false,
    // The build is loaded as node loads it.
    server: { deps: { external: [/\/dist\//] } },
  },
});
