import type { Change } from "../model/plan.js";
import type { Address } from "../model/resource.js";

export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "skipped"; readonly because: string };

export interface GraphSettings {
  /** Begins the work on a change when there is room for it. */
  readonly inTurn: (change: Change, work: (endTurn: () => void) => Promise<Outcome>) => Promise<Outcome>;
  /** Runs one change; a rejection fails it. `endTurn` makes room for the next one, ahead of the end. */
  readonly run: (change: Change, endTurn: () => void) => Promise<void>;
  /** Why this change may not be started any more, or undefined. Asked right before each start, in its turn. */
  readonly stopReason: (change: Change) => Promise<string | undefined>;
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
    if (blocked !== undefined) return skip(change, `${blocked[0].address} is not in place`);
    return settings.inTurn(change, async (endTurn) => {
      const because = await settings.stopReason(change);
      if (because !== undefined) return skip(change, because);
      try {
        await settings.run(change, endTurn);
        return { kind: "done" };
      } catch (error) {
        return { kind: "failed", error };
      }
    });
  }

  function skip(change: Change, because: string): Outcome {
    settings.onSkip(change, because);
    return { kind: "skipped", because };
  }

  const outcomes = await Promise.all(
    changes.map(async (change) => [change.address, await outcomeOf(change)] as const),
  );
  return new Map(outcomes);
}
