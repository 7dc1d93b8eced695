import { setFlagsFromString } from "node:v8";
import type { Feed } from "../../daemon/feed/feed.js";

/** After the last lease. */
const CALM_MS = 30_000;

/**
 * A watcher runs for months and has little to do: a small heap is worth a few milliseconds of its collector. While engines are
 * leased it is not: then its pauses are what others wait for.
 */
export function keepHeapSmall(): { follow(feed: Feed): void } {
  setFlagsFromString("--optimize-for-size");
  let lastLeaseMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  function calm(): void {
    const leftMs = lastLeaseMs + CALM_MS - performance.now();
    timer = leftMs > 0 ? setTimeout(calm, leftMs).unref() : undefined;
    if (timer === undefined) setFlagsFromString("--optimize-for-size");
  }

  return {
    follow(feed) {
      feed.follow(({ event }) => {
        if (event.type !== "pool" || event.event.type !== "lease-granted") return;
        lastLeaseMs = performance.now();
        if (timer !== undefined) return;
        setFlagsFromString("--no-optimize-for-size");
        timer = setTimeout(calm, CALM_MS).unref();
      });
    },
  };
}
