import type { EmitEvent } from "../model/event.js";
import type { Desired } from "../model/resource.js";
import { isSecret, REDACTED } from "../model/secret.js";

/** What is shorter is part of too many words to be hidden inside of them: it is hidden where it stands alone. */
const SHORTEST = 4;

/**
 * A container that fails may print its environment, and its last log lines are told: whatever of our secrets
 * stands in them, or in the daemon's words, is hidden. A secret of several lines is hidden line by line.
 */
export function redactEvents(emit: EmitEvent, { resources, pools }: Desired): EmitEvent {
  const containers = resources.filter((resource) => resource.kind === "container");
  const values = [...containers, ...pools]
    .flatMap(({ env }) => Object.values(env))
    .flatMap((value) => (isSecret(value) ? value.reveal().split(/\r?\n/) : []))
    .map((line) => line.trim())
    .filter((line) => line !== "")
    // A secret that is part of another one must not leave the rest of it.
    .sort((a, b) => b.length - a.length);
  if (values.length === 0) return emit;
  const secrets = new RegExp(values.map(toPattern).join("|"), "gu");
  const redact = (text: string) => text.replace(secrets, REDACTED);
  return (event) => {
    if (event.type === "action-failed") {
      const { message, hint, logs } = event;
      emit({
        ...event,
        message: redact(message),
        ...(hint === undefined ? {} : { hint: redact(hint) }),
        ...(logs && { logs: logs.map(redact) }),
      });
    } else if (event.type === "action-retrying") emit({ ...event, message: redact(event.message) });
    else if ((event.type === "action-progress" || event.type === "action-done") && event.detail !== undefined)
      emit({ ...event, detail: redact(event.detail) });
    else emit(event);
  };
}

function toPattern(value: string): string {
  const literal = value.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return value.length < SHORTEST ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal;
}
