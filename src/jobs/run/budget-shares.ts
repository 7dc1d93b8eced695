import type { ByteBudget } from "../outputs/export-output.js";

/** One part's use of a budget that all parts of a job share. */
export interface BudgetShare extends ByteBudget {
  /** What this part took is thrown away. */
  giveBack(): void;
}

/** @returns makes the share of one more part */
export function createBudgetShares(maxBytes: number): () => BudgetShare {
  let taken = 0;
  return () => {
    let own = 0;
    return {
      maxBytes,
      get takenBytes() {
        return taken;
      },
      set takenBytes(bytes) {
        own += bytes - taken;
        taken = bytes;
      },
      giveBack() {
        taken -= own;
        own = 0;
      },
    };
  };
}
