import type { Change } from "../model/plan.js";
import type { Address } from "../model/resource.js";

export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "skipped"; readonly because: string };

export interface GraphSettings {
  /** Runs one change; a rejection fails it. */
  readonly run: (change: Change) => Promise<void>;
  /** Why nothing may be started any more, or undefined. Asked right before each start. */
  readonly stopReason: () => string | undefined;
  readonly onSkip: (change: Change, because: string) => void;
}

/**
 * Walks the changes in dependency order, as many side by side as the actions themselves allow. What depends on
 * a failed or skipped change is skipped; everything else goes on.
 * @param changes must be free of cycles; dependencies outside the list count as done.
 */
export async function runGraph(
  changes: readonly Change[],
  settings: GraphSettings,
): Promise<Map<Address, Outcome>> {
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const running = new Map<Address, Promise<Outcome>>();

  function outcomeOf(change: Change): Promise<Outcome> {
    const known = running.get(change.address);
    if (known !== undefined) return known;
    const outcome = walk(change);
    running.set(change.address, outcome);
    return outcome;
  }

  async function walk(change: Change): Promise<Outcome> {
    const parents = change.dependsOn.flatMap((address) => byAddress.get(address) ?? []);
    const outcomes = await Promise.all(
      parents.map(async (parent) => [parent, await outcomeOf(parent)] as const),
    );
    const blocked = outcomes.find(([, outcome]) => outcome.kind !== "done");
    const because = blocked === undefined ? settings.stopReason() : `${blocked[0].address} is not in place`;
    if (because !== undefined) {
      settings.onSkip(change, because);
      return { kind: "skipped", because };
    }
    try {
      await settings.run(change);
      return { kind: "done" };
    } catch (error) {
      return { kind: "failed", error };
    }
  }

  const outcomes = await Promise.all(
    changes.map(async (change) => [change.address, await outcomeOf(change)] as const),
  );
  return new Map(outcomes);
}
