import { defineConfig } from "vitest/config";

/**
 * The pure tests that mutants are tried with: they need no Docker. Properties over whole hosts are left out but for what
 * WARM_MUTATION_MODEL=1 lets in: they take seconds for each mutant.
 */
const properties = ["test/plan/properties.test.ts", "test/plan/engine-properties.test.ts"];
const model = "test/pool/core-model.test.ts";

export default defineConfig({
  test: {
    include: ["test/plan/**/*.test.ts", "test/pool/**/*.test.ts"],
    exclude: process.env.WARM_MUTATION_MODEL === "1" ? properties : [...properties, model],
    testTimeout: 60_000,
    isolate: false,
    env: { WARM_MODEL_RUNS: "40" },
  },
});
