/** What is done to the containers of templates. */
export const TEMPLATE_BLOWS = [
  "kill",
  "stop",
  "pause",
  "remove",
  "rename",
  "update memory",
  "disconnect",
  "remove with volume",
] as const;
export type TemplateBlow = (typeof TEMPLATE_BLOWS)[number];

export const ENGINE_BLOWS = ["kill", "stop", "pause", "remove", "rename"] as const;
export type EngineBlow = (typeof ENGINE_BLOWS)[number];

export const FILE_BLOWS = ["touch", "comment", "renamed", "guest", "size", "broken"] as const;
export type FileBlow = (typeof FILE_BLOWS)[number];

export const FOREIGN_BLOWS = ["container", "volume", "network", "storm"] as const;
export type ForeignBlow = (typeof FOREIGN_BLOWS)[number];

/** What the connections between warm and Docker go through, for so long. */
export type ProxyBlow =
  | { readonly how: "refuse" | "hold" | "error" }
  | { readonly how: "cut" | "truncate" | "stall"; readonly afterBytes: number }
  | { readonly how: "delay"; readonly ms: number };

/** Which calls of warm are meant: looks, changes, what stays open, or all. */
export type ProxyCalls = "looks" | "changes" | "streams" | "all";

/**
 * One fault as data: all of chance is in it, nothing of it in how the system takes it. Numbers count from 0 and are taken
 * modulo what is there.
 */
export type Fault =
  | { readonly kind: "template"; readonly blow: TemplateBlow; readonly index: number }
  | { readonly kind: "engine"; readonly blow: EngineBlow; readonly index: number }
  /** Kills what fills a volume, where something does just now. */
  | { readonly kind: "seeder" }
  | { readonly kind: "session volume"; readonly index: number }
  /** Takes all of its containers off it, and removes it. */
  | { readonly kind: "network" }
  | { readonly kind: "image"; readonly blow: "untag" | "retag"; readonly index: number }
  /** Takes the tag away that says that a volume was filled whole. */
  | { readonly kind: "proof"; readonly index: number }
  /** What `docker container prune` does, kept to the project. */
  | { readonly kind: "prune" }
  /** `kill`: SIGKILL and another one after it. The killed one's lock is broken by hand, or runs out in 30 s. */
  | {
      readonly kind: "watcher";
      readonly blow: "kill";
      readonly isLockBroken: boolean;
      readonly awayMs: number;
    }
  | { readonly kind: "watcher"; readonly blow: "terminate"; readonly awayMs: number }
  | { readonly kind: "watcher"; readonly blow: "hang up" }
  /** SIGSTOP, and SIGCONT after so long. */
  | { readonly kind: "watcher"; readonly blow: "suspend"; readonly ms: number }
  | { readonly kind: "docker"; readonly blow: "crash" | "graceful" }
  | { readonly kind: "proxy"; readonly blow: ProxyBlow; readonly calls: ProxyCalls; readonly forMs: number }
  /** The watcher's clock on the wall, beside the monotonic one. */
  | { readonly kind: "clock"; readonly byMs: number }
  | { readonly kind: "disk"; readonly place: "state" | "data"; readonly forMs: number }
  | { readonly kind: "file"; readonly blow: FileBlow }
  | { readonly kind: "foreign"; readonly blow: ForeignBlow };

/** A fault's kind, and its blow where that is a word. */
export function nameFault(fault: Fault): string {
  if (fault.kind === "proxy") return `proxy ${fault.blow.how} ${fault.calls}`;
  if (fault.kind === "disk") return `full disk of ${fault.place}`;
  return "blow" in fault ? `${fault.kind} ${fault.blow}` : fault.kind;
}
