import type { Clock, StopSignals } from "../../apply/apply-context.js";
import { imageAddress } from "../../config/compile-parts.js";
import type { Wish } from "../../config/requests/check-wish.js";
import { WarmError } from "../../errors.js";
import type { Address } from "../../model/resource.js";
import type { Condition } from "../condition.js";
import type { ConfigSource } from "../config-source.js";
import type { Feed } from "../feed/feed.js";
import type { HostLink } from "../host-link.js";
import type { SickContainers } from "../pass/sick-containers.js";
import type { Requests, WarmOptions } from "../served.js";
import type { Ledger } from "../state/ledger.js";
import { templateAddresses, volumeOfSession, withDependencies } from "./addresses.js";
import { createHealthCheck } from "./check-health.js";
import type { RequestBook } from "./request-book.js";
import type { SeenPass, SettleWaits } from "./settle-waits.js";

export interface RequestTools {
  readonly book: RequestBook;
  readonly waits: SettleWaits;
  /** The file alone. */
  readonly file: Pick<ConfigSource, "current">;
  readonly condition: () => Condition;
  readonly ledger: Ledger;
  readonly sick: SickContainers;
  readonly link: HostLink;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly stop: StopSignals;
  /** Somebody should plan. */
  readonly onWish: () => void;
}

/** What is asked for beside the file: written down, then waited for as the watcher makes it so. */
export function createRequests(tools: RequestTools): Requests {
  const { book, waits, file, ledger, feed, clock, onWish } = tools;
  const checkHealth = createHealthCheck(tools);

  async function until<T>(
    { waitMs, cancel, onWork }: WarmOptions,
    addresses: ReadonlySet<Address>,
    act: (cancel: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const unfollow =
      onWork &&
      feed.follow(({ event }) => {
        if (event.type === "work" && "address" in event.event && addresses.has(event.event.address))
          onWork(event.event);
      });
    const over = AbortSignal.timeout(waitMs);
    try {
      return await act(AbortSignal.any([cancel, over]));
    } catch (error) {
      if (!over.aborted || cancel.aborted) throw error;
      throw new WarmError("deadline", "it is still being made warm; it stays wanted", { hint: "ask again" });
    } finally {
      unfollow?.();
    }
  }

  /** Who asks wants it tried now, but for what was tried too often. */
  function hurry(addresses: ReadonlySet<Address>): void {
    ledger.resume((address) => addresses.has(address) && !ledger.isFlapping(address));
    onWish();
  }

  async function settle(
    wish: Wish,
    own: (prefix: string) => readonly Address[],
    options: WarmOptions,
  ): Promise<{ pass: SeenPass; addresses: ReadonlySet<Address>; version: number }> {
    refuseStandby(tools.condition());
    const version = await book.keep(wish, file.current);
    const { desired } = book.wanted(file.current).config;
    const addresses = withDependencies(desired, own(desired.prefix));
    const condition = tools.condition();
    if (condition.state !== "running") throw condition.error;
    const settled = waits.settled(addresses, version);
    const pass =
      settled ??
      (await until(options, addresses, (cancel) => {
        const waiting = waits.until(addresses, version, cancel);
        hurry(addresses);
        return waiting;
      }));
    return { pass, addresses, version };
  }

  return {
    async warmTemplate({ id, image, blob }, options) {
      const wish = { kind: "template", id, image, blob } as const;
      const endsAtMs = clock.now() + options.waitMs;
      const { pass, addresses, version } = await settle(
        wish,
        (prefix) => templateAddresses(prefix, id),
        options,
      );
      const container = [...addresses].find((address) => address.startsWith("container."));
      if (container === undefined) return;
      const rest = { ...options, waitMs: Math.max(0, endsAtMs - clock.now()) };
      await until(rest, addresses, async (cancel) => {
        if (await checkHealth(container, pass)) return;
        // It is planned anew, as one that does not answer.
        const healed = waits.until(addresses, version, cancel);
        onWish();
        await healed;
      });
    },
    async warmSession({ id, template, processors, plugins }, options) {
      const wish = { kind: "session", id, template, processors, plugins } as const;
      await settle(
        wish,
        (prefix) => {
          const images = [...processors, ...plugins].map(imageAddress);
          return [volumeOfSession(prefix, template, id), ...images];
        },
        options,
      );
    },
    async forgetSession(id, options) {
      refuseStandby(tools.condition());
      const forgotten = await book.forget(id, file.current);
      if (forgotten === undefined) return;
      const { version, request } = forgotten;
      const { prefix } = book.wanted(file.current).config.desired;
      const addresses = new Set([volumeOfSession(prefix, request.template, id)]);
      await until(options, addresses, (cancel) => {
        const gone = waits.until(addresses, version, cancel);
        onWish();
        return gone;
      }).catch((error: unknown) => {
        // It is forgotten, and goes as soon as nobody uses it: that is no failure.
        if (options.cancel.aborted) throw error;
      });
    },
  };
}

/** Two watchers would keep two books: it is the one's that has the project's lock. */
function refuseStandby(condition: Condition): void {
  if (condition.state !== "standby") return;
  throw new WarmError("no-watcher", `this watcher stands by: ${condition.error.message}`, {
    hint: "ask the one that is at work",
  });
}
