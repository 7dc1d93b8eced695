import type { LoadedConfig } from "../../config/load-config.js";
import type { Wish } from "../../config/requests/check-wish.js";
import { findDeclared, placeInFile } from "../../config/requests/find-declared.js";
import { mergeRequests } from "../../config/requests/merge-requests.js";
import { WarmError } from "../../errors.js";
import type { Plan } from "../../model/plan.js";
import { isOver, type RuntimeRequest, requestKey, type SessionRequest } from "../../model/request.js";
import type { Address } from "../../model/resource.js";
import { isSameWish, refuseContradiction, refuseMalformed, refuseOther, toRequest } from "./accept-wish.js";
import { templateAddresses, volumeOfSession } from "./addresses.js";
import type { RequestFiles } from "./request-files.js";

/** What is wanted, and its version: a number that grows whenever it changes. */
export interface Wanted {
  readonly config: LoadedConfig;
  readonly version: number;
}

/**
 * All that was asked for beside the file. It is written down before anybody is told that it was accepted, and is wanted from
 * then on.
 */
export interface RequestBook {
  /** The file with what was asked for. The same object for as long as nothing changes. */
  wanted(file: LoadedConfig): Wanted;
  /**
   * Accepts a wish, or finds that it is wanted already, and counts its time anew.
   * @returns the version from which on it is wanted
   * @throws WarmError `usage`, `name-conflict`, `queue-full`, `disk-full`, `rejected`
   */
  keep(wish: Wish, file: LoadedConfig): Promise<number>;
  /**
   * Takes a session back.
   * @returns the version from which on its volume is wanted gone; undefined when nobody has asked for it
   * @throws WarmError `name-conflict` when it is the file's, `disk-full`, `rejected`
   */
  forget(
    session: string,
    file: LoadedConfig,
  ): Promise<{ version: number; request: SessionRequest } | undefined>;
  /** Another file with what was asked for: what would be wanted if it were the one in use. */
  withCandidate(candidate: LoadedConfig): LoadedConfig;
  /** When the next of them is over; Infinity when none is. Milliseconds since the epoch. */
  nextEndMs(): number;
  /** Whether an object is no longer wanted because nobody asked for it any more: no accident. */
  isLetGo(address: Address): boolean;
  /** Forgets what is over and gone, by a plan that was made of this version. */
  settle(plan: Plan, version: number): void;
}

export interface BookSettings {
  readonly files: RequestFiles;
  readonly requests: readonly RuntimeRequest[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onProblem: (error: unknown) => void;
}

interface Entry {
  readonly request: RuntimeRequest;
  /** From which on it is wanted so. */
  readonly version: number;
  /** As the last look at the clock found it. */
  readonly isOver: boolean;
}

/** A request is written down anew when this part of its time is over, and not for each time that it is asked for. */
const RENEWED_AFTER = 0.1;

export function createRequestBook({ files, requests, now, onProblem }: BookSettings): RequestBook {
  let version = 1;
  const entries = new Map<string, Entry>();
  for (const request of requests)
    entries.set(requestKey(request), { request, version, isOver: isOver(request, now()) });
  /** Of one request, one after the other. */
  const writing = new Map<string, Promise<unknown>>();
  let last: { readonly file: LoadedConfig; readonly wanted: Wanted; readonly since: number } | undefined;

  function look(): void {
    const ended = [...entries.values()].filter((one) => !one.isOver && isOver(one.request, now()));
    if (ended.length === 0) return;
    version += 1;
    for (const { request } of ended) entries.set(requestKey(request), { request, version, isOver: true });
  }

  function wanted(file: LoadedConfig): Wanted {
    look();
    if (last?.file === file && last.wanted.version === version) return last.wanted;
    if (last !== undefined && last.file !== file) version += 1;
    const since = last?.file === file ? last.since : version;
    const config = entries.size === 0 ? file : mergeRequests(file, requestsNow(), now());
    last = { file, since, wanted: { config, version } };
    return last.wanted;
  }

  async function inTurn<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = writing.get(key) ?? Promise.resolve();
    const acting = before.then(act);
    const settled = acting.catch(() => undefined);
    writing.set(key, settled);
    try {
      return await acting;
    } finally {
      if (writing.get(key) === settled) writing.delete(key);
    }
  }

  async function put(request: RuntimeRequest, isNew: boolean): Promise<number> {
    await files.write(request);
    if (isNew) version += 1;
    const key = requestKey(request);
    const since = isNew ? version : (entries.get(key)?.version ?? version);
    entries.set(key, { request, version: since, isOver: false });
    return since;
  }

  async function keep(wish: Wish, file: LoadedConfig): Promise<number> {
    refuseMalformed(wish);
    const declared = findDeclared(wish, file);
    if (declared?.isSame) {
      wanted(file);
      return last?.since ?? version;
    }
    if (declared !== undefined) refuseContradiction(wish, declared);
    return inTurn(requestKey(wish), async () => {
      const { templateTtlMs, sessionTtlMs, max } = file.config.requests;
      const ttlMs = wish.kind === "template" ? templateTtlMs : sessionTtlMs;
      const known = entries.get(requestKey(wish));
      refuseOther(wish, known?.request, standing());
      const since = known === undefined || known.isOver ? new Date(now()).toISOString() : known.request.since;
      const request = toRequest(wish, since, new Date(now() + ttlMs).toISOString());
      const isKnown = known !== undefined && !known.isOver && isSameWish(known.request, request);
      if (!isKnown && known === undefined && entries.size >= max)
        throw new WarmError("queue-full", `${max} templates and sessions are kept on request already`, {
          hint: "raise `requests.max`, or wait until some of them are over",
        });
      const leftMs = known === undefined ? 0 : Date.parse(known.request.expiresAt) - now();
      if (isKnown && leftMs > ttlMs * (1 - RENEWED_AFTER)) return known.version;
      return put(request, !isKnown);
    });
  }

  const forget: RequestBook["forget"] = async (session, file) => {
    const declared = file.config.sessions.some(({ id }) => id === session);
    if (declared)
      throw new WarmError(
        "name-conflict",
        `session ${session} is declared at ${placeInFile(file, "sessions", session)}`,
        {
          hint: "take it out of the file",
        },
      );
    const key = requestKey({ kind: "session", id: session });
    return inTurn(key, async () => {
      const entry = entries.get(key);
      if (entry?.request.kind !== "session") return undefined;
      if (entry.request.isForgotten || entry.isOver)
        return { version: entry.version, request: entry.request };
      const request = { ...entry.request, isForgotten: true };
      return { version: await put(request, true), request };
    });
  };

  function letGo(): Address[] {
    const { prefix = "" } = last?.wanted.config.desired ?? {};
    return [...entries.values()].flatMap(({ request, isOver }) =>
      request.kind === "template" && isOver ? templateAddresses(prefix, request.id) : [],
    );
  }

  /** Whether nothing is left of it that would still be removed. */
  function isGone({ request }: Entry, changes: ReadonlyMap<Address, Plan["changes"][number]>): boolean {
    const prefix = last?.wanted.config.desired.prefix ?? "";
    if (request.kind === "template")
      return templateAddresses(prefix, request.id).every((one) => changes.get(one)?.action !== "delete");
    const change = changes.get(volumeOfSession(prefix, request.template, request.id));
    return change === undefined || (change.action === "noop" && !change.precondition.exists);
  }

  const standing = () => [...entries.values()].filter((one) => !one.isOver).map(({ request }) => request);
  const requestsNow = () => [...entries.values()].map(({ request }) => request);

  return {
    wanted,
    keep,
    forget,
    withCandidate: (candidate) => mergeRequests(candidate, requestsNow(), now()),
    nextEndMs: () =>
      Math.min(
        Number.POSITIVE_INFINITY,
        ...[...entries.values()]
          .filter((one) => !one.isOver)
          .map(({ request }) => Date.parse(request.expiresAt)),
      ),
    isLetGo: (address) => letGo().includes(address),
    settle(plan, planned) {
      if (planned !== version) return;
      const over = [...entries.values()].filter(
        (one) => one.isOver || (one.request.kind === "session" && one.request.isForgotten),
      );
      if (over.length === 0) return;
      const changes = new Map(plan.changes.map((change) => [change.address, change]));
      for (const entry of over.filter((one) => isGone(one, changes))) {
        const key = requestKey(entry.request);
        // Asked for again meanwhile, it stays.
        inTurn(key, async () => {
          if (entries.get(key) !== entry) return;
          await files.remove(entry.request);
          entries.delete(key);
          version += 1;
        }).catch(onProblem);
      }
    },
  };
}
