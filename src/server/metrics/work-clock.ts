import { ERROR_CODES, type ErrorCode } from "../../errors.js";
import type { ApplyEvent, Phase } from "../../model/event.js";
import type { Action } from "../../model/plan.js";
import type { Address, ResourceKind } from "../../model/resource.js";
import { kindOf } from "../../report/plan-text/action-words.js";

/** What one event of the work on a resource says about time and bytes. */
export type WorkStep = { readonly address: Address; readonly kind: ResourceKind; readonly action: Action } & (
  | { readonly type: "bytes"; readonly bytes: number }
  | PhaseOver
  /** `phase`: the one that it ended in. `code`: undefined when it went well. */
  | {
      readonly type: "over";
      readonly ms: number;
      readonly phase: PhaseOver | undefined;
      readonly code: ErrorCode | undefined;
    }
);

interface PhaseOver {
  readonly type: "phase";
  readonly phase: Phase;
  readonly ms: number;
}

export interface WorkClock {
  /** @param atMs when the event was told; undefined: it says nothing of the kind */
  follow(event: ApplyEvent, atMs: number): WorkStep | undefined;
}

interface Work {
  readonly kind: ResourceKind;
  readonly action: Action;
  readonly sinceMs: number;
  phase: Phase | undefined;
  phaseSinceMs: number;
  bytes: number;
}

/** Takes the times of all work that is under way. A job's own container is no resource and is left out. */
export function createWorkClock(): WorkClock {
  const works = new Map<Address, Work>();

  function progress(
    { address, phase, pull }: Extract<ApplyEvent, { type: "action-progress" }>,
    atMs: number,
  ): WorkStep | undefined {
    const work = works.get(address);
    if (work === undefined) return undefined;
    const about = { address, kind: work.kind, action: work.action };
    if (pull !== undefined) {
      const bytes = pull.bytesDone - work.bytes;
      work.bytes = pull.bytesDone;
      // Another try begins at 0.
      return bytes > 0 ? { ...about, type: "bytes", bytes } : undefined;
    }
    if (phase === work.phase) return undefined;
    const over = endPhase(work, atMs);
    work.phase = phase;
    work.phaseSinceMs = atMs;
    return over && { ...about, ...over };
  }

  function end(address: Address, code: string | undefined, atMs: number): WorkStep | undefined {
    const work = works.get(address);
    works.delete(address);
    if (work === undefined) return undefined;
    const { kind, action, sinceMs } = work;
    const known = code === undefined ? undefined : toCode(code);
    return {
      ...{ type: "over", address, kind, action, ms: atMs - sinceMs },
      phase: endPhase(work, atMs),
      code: known,
    };
  }

  return {
    follow(event, atMs) {
      switch (event.type) {
        case "action-started": {
          const kind = kindOf(event.address);
          if (kind === undefined) return undefined;
          const { address, action } = event;
          const start = { sinceMs: atMs, phase: undefined, phaseSinceMs: atMs, bytes: 0 };
          works.set(address, { kind, action, ...start });
          return undefined;
        }
        case "action-progress":
          return progress(event, atMs);
        case "action-done":
          return end(event.address, undefined, atMs);
        case "action-failed":
          return end(event.address, event.code, atMs);
        case "action-skipped":
          works.delete(event.address);
          return undefined;
        case "action-retrying":
        case "lock-waiting":
        case "lock-broken":
        case "summary":
          return undefined;
        default:
          return event satisfies never;
      }
    },
  };
}

function endPhase({ phase, phaseSinceMs }: Work, atMs: number): PhaseOver | undefined {
  return phase && { type: "phase", phase, ms: atMs - phaseSinceMs };
}

const toCode = (code: string): ErrorCode =>
  Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "internal";
