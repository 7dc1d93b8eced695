import { WarmError } from "../../errors.js";
import type { Hold } from "../../model/daemon-status.js";
import type { Change } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";
import { fromErrorRecord } from "../describe-error.js";
import type { PassResult } from "../pass/run-pass.js";
import type { Ledger } from "../state/ledger.js";

/** A pass, and the version of what was wanted that it was made of. */
export interface SeenPass {
  readonly result: PassResult;
  readonly version: number;
  /** When it began to look, milliseconds since the epoch. */
  readonly startedAtMs: number;
}

/** Those who wait until resources are as they are wanted. */
export interface SettleWaits {
  /** The last pass, if it was made of this version or a later one, found all of them in place, and none is worked on. */
  settled(addresses: ReadonlySet<Address>, version: number): SeenPass | undefined;
  /**
   * Resolves with a pass that begins from now on, is made of this version or a later one, and finds all of them in place with
   * no work under way.
   * @throws WarmError what the work on one of them has failed with since then, or why it is left alone; `interrupted` when
   * `cancel` fires
   */
  until(addresses: ReadonlySet<Address>, version: number, cancel: AbortSignal): Promise<SeenPass>;
  /** As `until`, of everything; what is left alone for a while or for good is not waited for. Never fails for what failed. */
  rest(cancel: AbortSignal): Promise<SeenPass>;
  /** A pass was made. */
  see(pass: SeenPass): void;
  /** No pass can be made: nobody waits for one. */
  fail(error: WarmError): void;
}

export interface WaitTools {
  readonly ledger: Ledger;
  /** What is being worked on now. */
  readonly inFlight: () => ReadonlySet<Address>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Wait {
  /** Looks at a pass that counts, and settles or fails the wait, or leaves it for the next pass. */
  readonly judge: (pass: SeenPass) => void;
  readonly sinceMs: number;
  readonly settle: (pass: SeenPass) => void;
  readonly fail: (error: WarmError) => void;
}

export function createSettleWaits({ ledger, inFlight, now }: WaitTools): SettleWaits {
  const waits = new Set<Wait>();
  let last: SeenPass | undefined;

  function openOf(addresses: ReadonlySet<Address>, { result }: SeenPass): Change[] {
    const working = inFlight();
    return result.plan.changes.filter(
      ({ address, action }) => addresses.has(address) && (action !== "noop" || working.has(address)),
    );
  }

  function whyNot(change: Change, sinceMs: number, hold: Hold | undefined): WarmError | undefined {
    const { address, name, action, heldBy } = change;
    if (action === "conflict")
      return new WarmError("name-conflict", `${address}: ${heldBy ?? `${name} is not ours`}`, {
        address,
        hint: "`warm plan` shows the conflict and what may be done",
      });
    const error = ledger.errorOf(address);
    if (error !== undefined && Date.parse(error.at) >= sinceMs) return fromErrorRecord(error, address);
    const why = hold && LEFT_ALONE[hold];
    if (why === undefined) return undefined;
    return new WarmError("guard-refused", `${address} is not touched: ${why}`, {
      address,
      hint: "`warm status` says more",
    });
  }

  function begin(cancel: AbortSignal, judge: (wait: Wait, pass: SeenPass) => void): Promise<SeenPass> {
    return new Promise<SeenPass>((resolve, reject) => {
      const end = () => {
        cancel.removeEventListener("abort", gone);
        waits.delete(wait);
      };
      const fail = (error: WarmError) => {
        end();
        reject(error);
      };
      const wait: Wait = {
        judge: (pass) => judge(wait, pass),
        sinceMs: now(),
        settle(pass) {
          end();
          resolve(pass);
        },
        fail,
      };
      const gone = () => fail(new WarmError("interrupted", "nobody waits any more"));
      waits.add(wait);
      cancel.addEventListener("abort", gone, { once: true });
      if (cancel.aborted) gone();
    });
  }

  return {
    settled(addresses, version) {
      if (last === undefined || last.version < version) return undefined;
      return openOf(addresses, last).length === 0 ? last : undefined;
    },
    until: (addresses, version, cancel) =>
      begin(cancel, (wait, pass) => {
        if (pass.version < version) return;
        const open = openOf(addresses, pass);
        if (open.length === 0) return wait.settle(pass);
        const errors = open.map((change) =>
          whyNot(change, wait.sinceMs, pass.result.held.get(change.address)),
        );
        const error = errors.find((one) => one !== undefined);
        if (error !== undefined) wait.fail(error);
      }),
    rest: (cancel) =>
      begin(cancel, (wait, pass) => {
        const { plan, held } = pass.result;
        const isOpen = ({ address, action }: Change) =>
          action !== "noop" && action !== "conflict" && !RESTS.has(held.get(address) ?? "in-flight");
        if (inFlight().size === 0 && !plan.changes.some(isOpen)) wait.settle(pass);
      }),
    see(pass) {
      last = pass;
      for (const wait of [...waits]) if (pass.startedAtMs >= wait.sinceMs) wait.judge(pass);
    },
    fail(error) {
      for (const wait of [...waits]) wait.fail(error);
    },
  };
}

/** What is left alone for longer than its own work takes. */
const RESTS: ReadonlySet<Hold> = new Set([
  "backing-off",
  "flapping",
  "conflict",
  "paused",
  "guarded",
  "drift-only-told",
  "breaker-open",
  "rollout-paused",
  "refill-limited",
  "standby",
]);

/** Why waiting would be in vain. What only takes its time is waited for. */
const LEFT_ALONE: Partial<Readonly<Record<Hold, string>>> = {
  "paused": "the watcher is paused",
  "guarded": "the pass would delete too much",
  "flapping": "it had to be put right too often",
  "drift-only-told": "`drift: detect`",
  "standby": "another watcher is at work",
};
