import type { HostEvent } from "../../model/host-event.js";
import type { HostReader } from "../connection/host-reader.js";

/**
 * What may mean damage. Left to itself the daemon also tells every probe of a health check. Podman says `died` and
 * `remove` for the same; a daemon passes over words that it does not know.
 */
const ACTIONS = [
  "die",
  "died",
  "pause",
  "rename",
  "update",
  "destroy",
  "remove",
  "disconnect",
  "tag",
  "pull",
  "load",
  "untag",
  "delete",
  "health_status",
];
const KINDS = ["container", "network", "volume", "image"];
const LONGEST_LINE = 1024 * 1024;

/**
 * The host's events as they happen, until the stream breaks or `cancel` fires.
 * @param onOpen once the daemon has taken the subscription: what happens from then on is told
 * @throws WarmError of the docker edge when the stream cannot be had or breaks
 */
export async function* streamEvents(
  reader: HostReader,
  onOpen: () => void,
  cancel: AbortSignal,
): AsyncGenerator<HostEvent> {
  const query = { filters: JSON.stringify({ type: KINDS, event: ACTIONS }) };
  const chunks = await reader.openStream("watch the host's events", "/events", { query, cancel });
  onOpen();
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) rest = "";
    for (const line of lines) {
      const event = parseEvent(line);
      if (event !== undefined) yield event;
    }
  }
}

/** Undefined for what is no event that we know the shape of: hints may be missed, a look finds what they meant. */
export function parseEvent(line: string): HostEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { Type, Action, Actor } = (value ?? {}) as Record<string, unknown>;
  const { ID, Attributes } = (Actor ?? {}) as Record<string, unknown>;
  if (typeof Type !== "string" || !KINDS.includes(Type) || typeof Action !== "string") return undefined;
  const attributes = Object.entries(Attributes ?? {}).filter(([, text]) => typeof text === "string");
  return {
    kind: Type as HostEvent["kind"],
    action: Action,
    id: typeof ID === "string" ? ID : "",
    attributes: Object.fromEntries(attributes),
  };
}
