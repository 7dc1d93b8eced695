import { setTimeout as sleep } from "node:timers/promises";
import { timed } from "./measure.js";

export interface Storm {
  readonly perSecond: number;
  /** Of each act, ms. */
  readonly times: readonly number[];
}

/**
 * All clients act again and again, none of them twice at once.
 * @param isOver asked before each act
 * @param pace acts a second of all clients together; default: none waits
 */
export async function storm<Client>(
  clients: readonly Client[],
  act: (client: Client) => Promise<unknown>,
  isOver: () => boolean,
  pace = 0,
): Promise<Storm> {
  const startedAt = performance.now();
  const times: number[] = [];
  await Promise.all(
    clients.map(async (client, index) => {
      const everyMs = pace === 0 ? 0 : (clients.length * 1_000) / pace;
      for (let round = 0; !isOver(); round += 1) {
        const dueAt = startedAt + everyMs * (round + index / clients.length);
        if (dueAt > performance.now()) await sleep(dueAt - performance.now());
        times.push(await timed(() => act(client)));
      }
    }),
  );
  return { perSecond: (times.length * 1_000) / (performance.now() - startedAt), times };
}

/** @returns says that so much time is over */
export function afterMs(overMs: number): () => boolean {
  const endsAt = performance.now() + overMs;
  return () => performance.now() >= endsAt;
}
