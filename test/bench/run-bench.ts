import type { BenchHost } from "./bench-project.js";
import { BENCHES } from "./benches.js";
import { type BenchResult, withoutEmpty } from "./results.js";
import { currentLoad } from "./surroundings.js";

/** Runs one of them. A failure is told and is no reason to leave out the others. */
export async function runBench(
  name: string,
  host: BenchHost,
): Promise<{ readonly result: BenchResult; readonly error?: unknown }> {
  const loadBefore = currentLoad();
  const startedAt = performance.now();
  const told = () => ({
    measuredOn: new Date().toISOString().slice(0, 10),
    loadBefore,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
  });
  try {
    const measured = (await BENCHES[name]?.measure(host)) ?? [];
    if ("notMeasured" in measured) return { result: { ...told(), figures: [], ...measured } };
    return { result: { ...told(), figures: withoutEmpty(measured) } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { result: { ...told(), figures: [], notMeasured: `failed: ${message}` }, error };
  }
}
