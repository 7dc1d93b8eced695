import { pseudoRandomBytes } from "../rig/pseudo-random.js";

/** Choices that are the same for the same seed. */
export interface Random {
  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number;
  pick<T>(things: readonly T[]): T;
}

const DRAWS = 1 << 16;

/** Begins anew after 65 536 draws, which is more than an hour's worth. */
export function createRandom(seed: string): Random {
  const bytes = pseudoRandomBytes(`soak ${seed}`, DRAWS * 4);
  let drawn = 0;
  function below(limit: number): number {
    drawn += 1;
    return bytes.readUInt32LE((drawn % DRAWS) * 4) % limit;
  }
  return {
    below,
    pick<T>(things: readonly T[]): T {
      return things[below(things.length)] as T;
    },
  };
}
