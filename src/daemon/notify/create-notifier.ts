import type { NotifyConfig } from "../../config/config.js";
import { toWarmError } from "../../errors.js";
import type { Transition } from "../../model/transition.js";
import type { WatchLog } from "../log/watch-log.js";
import type { Notifier } from "./notifier.js";
import { postWebhook } from "./post-webhook.js";
import { runHook } from "./run-hook.js";

export interface NotifierSettings {
  readonly targets: readonly NotifyConfig[];
  readonly project: string;
  /** The Docker endpoint's URL; empty while there is none yet. */
  readonly endpoint: () => string;
  /** Absolute: where a hook runs. A checkout is another one with each commit. */
  readonly directory: () => string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: WatchLog;
  readonly sleep: (ms: number, cancel: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** Ends all tries. */
  readonly cancel: AbortSignal;
}

/** The body of a webhook and the standard input of a hook, before it is JSON. */
export interface Notification extends Transition {
  readonly format: "warm.notification/1";
  readonly project: string;
  readonly host: string;
}

const TRIES = 5;
const FIRST_PAUSE_MS = 1_000;
/** Of one target: what is told later than that is no news. */
const LONGEST_QUEUE = 200;

/**
 * Each target has a queue of its own and gets its transitions in order, so that one that is away holds up neither
 * the others nor the watcher. A transition is tried five times over about 15 s; what is given up is logged.
 */
export function createNotifier(settings: NotifierSettings): Notifier {
  let targets = settings.targets;
  const queues = new Map<string, Notification[]>();
  const running = new Map<string, Promise<void>>();

  function notify(transition: Transition): void {
    const { project, endpoint } = settings;
    const notification = { format: "warm.notification/1", project, host: endpoint(), ...transition } as const;
    for (const target of targets) {
      if (!isWanted(transition, target)) continue;
      const queue = queues.get(target.id) ?? [];
      queues.set(target.id, queue);
      queue.push(notification);
      if (queue.length > LONGEST_QUEUE) giveUp(target.id, queue.shift(), "too many are waiting");
      if (!running.has(target.id)) running.set(target.id, work(target.id, queue));
    }
  }

  async function work(id: string, queue: Notification[]): Promise<void> {
    // The call that started us has to see itself registered before we can be done.
    await Promise.resolve();
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await send(id, next);
    running.delete(id);
  }

  async function send(id: string, notification: Notification): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (settings.cancel.aborted) return giveUp(id, notification, "the watcher stops");
      // A file that was read meanwhile may have moved or dropped the target.
      const target = targets.find((candidate) => candidate.id === id);
      if (target === undefined) return;
      try {
        await deliver(target, notification, settings);
        settings.log.debug("notified", { target: id, type: notification.type });
        return;
      } catch (error) {
        const { message } = toWarmError(error);
        if (attempt === TRIES || settings.cancel.aborted) return giveUp(id, notification, message);
        settings.log.debug("notifying again", { target: id, attempt, detail: message });
        const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.75 + settings.random() / 2);
        await settings.sleep(pauseMs, settings.cancel);
      }
    }
  }

  function giveUp(target: string, notification: Notification | undefined, why: string): void {
    const detail = `notify.${target}: given up: ${why}`;
    settings.log.warn("notification lost", { target, type: notification?.type, detail });
  }

  return {
    notify,
    configure: (next) => {
      targets = next;
    },
    async drain(cancel) {
      const stopped = new Promise<void>((resolve) =>
        cancel.addEventListener("abort", () => resolve(), { once: true }),
      );
      if (cancel.aborted) return;
      while (running.size > 0 && !cancel.aborted)
        await Promise.race([Promise.all(running.values()), stopped]);
    },
  };
}

/** That all went well with a new revision is for whoever asks for it: a save that succeeds is no news to a chat. */
function isWanted({ type }: Transition, { on }: NotifyConfig): boolean {
  return on.length === 0 ? type !== "revision-applied" : on.includes(type);
}

function deliver(
  target: NotifyConfig,
  notification: Notification,
  settings: NotifierSettings,
): Promise<void> {
  const body = JSON.stringify(notification);
  switch (target.type) {
    case "webhook": {
      const url = typeof target.url === "string" ? target.url : target.url.reveal();
      return postWebhook(url, body, settings.cancel);
    }
    case "exec":
      return runHook(target.command, body, {
        directory: settings.directory(),
        env: settings.env,
        type: notification.type,
        cancel: settings.cancel,
      });
    default:
      return target satisfies never;
  }
}
