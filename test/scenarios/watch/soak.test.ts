import { expect, it } from "vitest";
import { createSandbox } from "../../rig/sandbox.js";
import { formatSummary, runSoak } from "../../soak/soak.js";

const SECONDS = 25;

/** `npm run soak` is the same in full length. */
it("random damage every second is healed: nothing is left over, others' objects are untouched, memory is flat", async () => {
  await using sandbox = await createSandbox();
  const seed = process.env.WARM_SOAK_SEED || "warm";
  const summary = await runSoak({ sandbox, seconds: SECONDS, seed, report: () => undefined });
  expect(summary.damages, formatSummary(summary)).toBe(SECONDS);
}, 150_000);
