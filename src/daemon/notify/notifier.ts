import type { NotifyConfig } from "../../config/config.js";
import type { Transition } from "../../model/transition.js";

/** Tells others of transitions, in their order, without holding anything up. */
export interface Notifier {
  notify(transition: Transition): void;
  /** Of a file that was read again. */
  configure(targets: readonly NotifyConfig[]): void;
  /** Resolves when all is told or given up, or `cancel` fires. */
  drain(cancel: AbortSignal): Promise<void>;
}
