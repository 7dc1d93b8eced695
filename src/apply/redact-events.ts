import type { EmitEvent } from "../model/event.js";
import type { Desired } from "../model/resource.js";
import { isSecret, REDACTED } from "../model/secret.js";

/** What is shorter is part of too many words to be hidden inside of them: it is hidden where it stands alone. */
const SHORTEST = 4;

type Secrets = Pick<Desired, "resources" | "pools">;

/**
 * A container that fails may print its environment, and its last log lines are told: whatever of our secrets
 * stands in them, or in the daemon's words, is hidden. A secret of several lines is hidden line by line.
 */
export function redactEvents(emit: EmitEvent, desired: Secrets): EmitEvent {
  const redact = createRedact(desired);
  if (redact === undefined) return emit;
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

/** @returns hides our secrets in a text; undefined when there are none */
export function createRedact({ resources, pools }: Secrets): ((text: string) => string) | undefined {
  const containers = resources.filter((resource) => resource.kind === "container");
  const drivers = pools.flatMap(({ job }) => job?.driver ?? []);
  const passwords = drivers.flatMap((driver) => (driver.type === "rcon" ? [driver.password] : []));
  const values = [...[...containers, ...pools].flatMap(({ env }) => Object.values(env)), ...passwords]
    .flatMap((value) => (isSecret(value) ? value.reveal().split(/\r?\n/) : []))
    .map((line) => line.trim())
    .filter((line) => line !== "")
    // A secret that is part of another one must not leave the rest of it.
    .sort((a, b) => b.length - a.length);
  if (values.length === 0) return undefined;
  const secrets = new RegExp(values.map(toPattern).join("|"), "gu");
  return (text) => text.replace(secrets, REDACTED);
}

function toPattern(value: string): string {
  const literal = value.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return value.length < SHORTEST ? `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])` : literal;
}
