import { pseudoRandomBytes } from "../rig/pseudo-random.js";

/** Choices that are the same for the same seed. */
export interface Random {
  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number;
  /** A whole number between both, which may be it too. */
  between(least: number, most: number): number;
  pick<T>(things: readonly T[]): T;
}

const DRAWS = 1 << 16;

/** Begins anew after 65 536 draws, which is more than an hour's worth. */
export function createRandom(seed: string): Random {
  const bytes = pseudoRandomBytes(`chaos ${seed}`, DRAWS * 4);
  let drawn = 0;
  function below(limit: number): number {
    drawn += 1;
    return bytes.readUInt32LE((drawn % DRAWS) * 4) % limit;
  }
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    pick<T>(things: readonly T[]): T {
      return things[below(things.length)] as T;
    },
  };
}
