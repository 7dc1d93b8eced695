import type { ByteBudget } from "./export-output.js";
import { refuseEntry } from "./refuse-entry.js";

/**
 * Counts a file that is about to be written.
 * @param from the output's path in the engine
 * @throws WarmError `rejected` when the job would have more than it may
 */
export function takeBytes(budget: ByteBudget, from: string, entry: { name: string; size: number }): void {
  const { maxBytes, takenBytes } = budget;
  if (takenBytes + entry.size > maxBytes) {
    const why = `has ${entry.size} bytes, and ${maxBytes - takenBytes} of the job's ${maxBytes} are left`;
    throw refuseEntry(from, entry.name, why, "take out less, or raise `maxOutput` of the job");
  }
  budget.takenBytes += entry.size;
}
