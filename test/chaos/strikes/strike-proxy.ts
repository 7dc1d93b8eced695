import { setTimeout as sleep } from "node:timers/promises";
import type { FaultProxy } from "../../rig/fault-proxy.js";
import type { Call, FaultAction } from "../../rig/fault-rule.js";
import type { Fault, ProxyBlow, ProxyCalls } from "../fault.js";

type ProxyFault = Extract<Fault, { kind: "proxy" }>;

/** What stays open, or has become a connection of its own. */
const STREAMS = /\/(events|logs|attach|start|images\/create|wait)$/;

export async function strikeProxy({ blow, calls, forMs }: ProxyFault, proxy: FaultProxy): Promise<void> {
  const over = sleep(forMs);
  let isOver = false;
  proxy.fault({ match: (call) => !isOver && isMeant(call, calls), action: toAction(blow, over) });
  await over;
  isOver = true;
}

function isMeant({ method, path }: Call, calls: ProxyCalls): boolean {
  if (calls === "all") return true;
  const kind = STREAMS.test(path) ? "streams" : method === "GET" || method === "HEAD" ? "looks" : "changes";
  return kind === calls;
}

function toAction(blow: ProxyBlow, over: Promise<unknown>): FaultAction {
  switch (blow.how) {
    case "refuse":
      return { kind: "refuse" };
    case "error":
      return { kind: "answer", status: 500, body: { message: "something went wrong in the daemon" } };
    case "hold":
      return { kind: "hold", until: over };
    case "delay":
      return { kind: "delay", ms: blow.ms };
    case "cut":
    case "truncate":
    case "stall":
      return { kind: blow.how, afterBytes: blow.afterBytes };
    default:
      return blow satisfies never;
  }
}
