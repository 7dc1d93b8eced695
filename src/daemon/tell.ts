import type { ApplyEvent } from "../model/event.js";
import { type Change, isChange } from "../model/plan.js";
import type { Revision, Transition, TransitionType } from "../model/transition.js";
import { actionWords } from "../report/plan-text/action-words.js";
import { reasonsSentence } from "../report/plan-text/reasons.js";
import { formatDurationMs } from "../report/text/units.js";
import type { LogFields, WatchLog } from "./log/watch-log.js";
import type { Notifier } from "./notify/notifier.js";
import type { SyncChange } from "./state/ledger.js";

/** Puts what happens to resources and to the file into one log line each, and into notifications where a state changed. */
export interface Teller {
  done(change: Change, event: Extract<ApplyEvent, { type: "action-done" }>, isHeal: boolean): void;
  failed(
    change: Change,
    event: Extract<ApplyEvent, { type: "action-failed" }>,
    tries: { readonly failures: number; readonly delayMs: number },
  ): void;
  /** @param why what keeps the watcher from putting it right; undefined when it is about to */
  moved(change: SyncChange, why: string | undefined): void;
  flapping(change: Change): void;
  guardRefused(detail: string, fields: LogFields): void;
  configInvalid(detail: string, fields: LogFields, revision: Revision): void;
  configValid(detail: string, fields: LogFields, revision: Revision): void;
  /** A revision is in place, every bit of it. */
  revisionApplied(revision: Revision): void;
  /** What it brought has failed for good. */
  revisionFailed(revision: Revision, why: string, code: string): void;
  /** It is left for another one, which was applied before. */
  revisionRolledBack(revision: Revision, backTo: Revision, why: string, code: string): void;
}

export function createTeller(log: WatchLog, notifier: Notifier, now: () => number): Teller {
  function notify(type: TransitionType, message: string, change?: Change): void {
    const about = change && { address: change.address, reasons: change.reasons };
    const transition: Transition = { type, at: new Date(now()).toISOString(), ...about, message };
    notifier.notify(transition);
  }

  function notifyOf(
    type: TransitionType,
    message: string,
    about: Pick<Transition, "revision" | "backTo" | "code">,
  ): void {
    notifier.notify({ type, at: new Date(now()).toISOString(), ...about, message });
  }

  return {
    done(change, event, isHeal) {
      const took = [formatDurationMs(event.ms), event.detail].filter(Boolean).join(", ");
      const detail = `${change.address}: ${pastOf(change)} (${took}): ${whyOf(change)}`;
      log.info(isHeal ? "resource healed" : "change applied", { ...fieldsOf(change), ms: event.ms, detail });
      if (isHeal) notify("healed", detail, change);
    },
    failed(change, { code, message, hint, logs = [] }, { failures, delayMs }) {
      const said = message.includes(change.name) ? message : `${change.address}: ${message}`;
      const detail = `${said} (try ${failures}, the next in ${formatDurationMs(delayMs)})`;
      const more = { code, failures, nextTryInMs: delayMs, hint, ...(logs.length === 0 ? {} : { logs }) };
      log.warn("change failed", { ...fieldsOf(change), ...more, detail });
      if (failures === 1) notify("failed", said, change);
    },
    moved({ change, from, to, isDrift }, why) {
      if (to === "in-sync") {
        // A wish that was taken back is no news.
        if (from === undefined || !isDrift) return;
        const detail = `${change.address}: in sync again, by itself`;
        log.info("resource in sync again", { address: change.address, detail });
        notify("healed", detail, change);
        return;
      }
      const held = change.heldBy === undefined ? "" : ` (${change.heldBy})`;
      const said = `${change.address}: ${whyOf(change)}${held}`;
      const detail = why === undefined ? said : `${said}; left alone: ${why}`;
      if (to === "conflict" || why !== undefined)
        log.warn("resource out of sync", { ...fieldsOf(change), detail });
      else log.debug("resource out of sync", { ...fieldsOf(change), detail });
      if (to === "conflict" || isDrift) notify("out-of-sync", said, change);
    },
    flapping(change) {
      const detail = `${change.address}: ${whyOf(change)} again and again; left alone until it changes in the file, or \`warm resume\``;
      log.warn("resource flapping", { ...fieldsOf(change), detail });
      notify("flapping", detail, change);
    },
    guardRefused(detail, fields) {
      log.error("guard refused", { ...fields, detail });
      notify("guard-refused", detail);
    },
    configInvalid(detail, fields, revision) {
      log.error("config invalid", { ...fields, detail });
      notifyOf("config-invalid", detail, { revision });
    },
    configValid(detail, fields, revision) {
      log.info("config valid again", { ...fields, detail });
      notifyOf("config-valid", detail, { revision });
    },
    revisionApplied(revision) {
      const detail = `${nameRevision(revision)} is applied`;
      log.info("revision applied", { revision, detail });
      notifyOf("revision-applied", detail, { revision });
    },
    revisionFailed(revision, why, code) {
      const detail = `${nameRevision(revision)} has failed: ${why}`;
      log.error("revision failed", { revision, code, detail });
      notifyOf("revision-failed", detail, { revision, code });
    },
    revisionRolledBack(revision, backTo, why, code) {
      const detail = `${nameRevision(revision)} is left for ${nameRevision(backTo)}, and not tried again until it changes: ${why}`;
      log.error("revision rolled back", { revision, backTo, code, detail });
      notifyOf("revision-rolled-back", detail, { revision, backTo, code });
    },
  };
}

const SHORT = 12;

/** `warm.yaml of commit 0123456789ab`, or with its hash where it is of none. */
export function nameRevision({ path, sha256 = "", commit }: Revision): string {
  return commit === undefined
    ? `${path} ${sha256.slice(0, SHORT)}`
    : `${path} of commit ${commit.slice(0, SHORT)}`;
}

const whyOf = ({ reasons, kind }: Change) => reasonsSentence(reasons, kind);
const pastOf = ({ action, kind }: Change) => actionWords(action, kind).past;

function fieldsOf(change: Change): LogFields {
  const { address, action, reasons, fields } = change;
  const moved = fields.filter(({ before }) => before !== null).map(({ path }) => path);
  return {
    address,
    ...(isChange(change) ? { action } : {}),
    reasons,
    ...(moved.length === 0 ? {} : { fields: moved }),
  };
}
