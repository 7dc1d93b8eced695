import { type HostSession, type HostSettings, openHost } from "../apply/host-session.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import type { WarmError } from "../errors.js";

/** A host as the watcher keeps it: there, or away and asked for again. */
export interface HostLink {
  /** The session if there is one, whether the host answers just now or not. */
  readonly session: HostSession | undefined;
  /**
   * The host, newly asked for its versions when it was away: it may have been upgraded meanwhile.
   * @throws WarmError of the docker edge while it is away
   */
  ready(): Promise<{ readonly session: HostSession; readonly writer: HostWriter }>;
  /** @param settled resolves when nothing uses the present session any more */
  markAway(settled: Promise<void>): void;
  close(): void;
}

export function createHostLink(settings: HostSettings): HostLink {
  let session: HostSession | undefined;
  let isAway = true;
  let settled: Promise<void> = Promise.resolve();
  return {
    get session() {
      return session;
    },
    async ready() {
      if (session === undefined || isAway) {
        const next = await openHost(settings);
        const old = session;
        if (old !== undefined) void settled.then(() => old.close());
        session = next;
        isAway = false;
      }
      return { session, writer: await session.openWriter() };
    },
    markAway(done) {
      isAway = true;
      settled = done;
    },
    close: () => session?.close(),
  };
}

/** Whether an error speaks of the host as a whole, and not of what was asked of it. */
export function isHostError({ code }: WarmError): boolean {
  return code.startsWith("host-") || code === "api-version" || code === "deadline";
}

/** Whether an action was only given up, by us. */
export function isGivenUp(code: string): boolean {
  return code === "interrupted" || code === "lock-lost";
}
