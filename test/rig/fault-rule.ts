/** One request that came through the fault proxy. `path` is as sent (maybe with /v1.41), without the query. */
export type Call = {
  method: string;
  path: string;
  /** Without the question mark; empty if there is none. */
  query: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
};

/** What is done to a call. Bytes are the answer's body as Docker sent it, without chunk headers. */
export type FaultAction =
  /** The client's connection is destroyed after so many bytes (0: right after the headers). */
  | { kind: "cut"; afterBytes?: number }
  /** The body ends early, as if that were all of it. */
  | { kind: "truncate"; afterBytes: number }
  /** So many bytes, then nothing more, and no end. */
  | { kind: "stall"; afterBytes: number }
  /** The call reaches Docker later. */
  | { kind: "delay"; ms: number }
  /** The call reaches Docker once this is settled; never, if the client is gone by then. */
  | { kind: "hold"; until: Promise<unknown> }
  /** The connection is destroyed without an answer; Docker never sees the call. */
  | { kind: "refuse" }
  /** Docker never sees the call. An object body is sent as JSON. */
  | { kind: "answer"; status: number; headers?: Record<string, string>; body?: string | object };

export type FaultRule = {
  match: ((call: Call) => boolean) | { method?: string; path?: RegExp };
  /** Only the nth matching call, from 1; every one by default. */
  nth?: number;
  action: FaultAction;
};

export type FaultRules = {
  add(rule: FaultRule): void;
  clear(): void;
  /** The first rule that applies decides. Counts the call for every rule that it matches. */
  actionFor(call: Call): FaultAction | undefined;
};

export function createFaultRules(): FaultRules {
  let rules: { rule: FaultRule; matches: number }[] = [];
  return {
    add(rule) {
      rules.push({ rule, matches: 0 });
    },
    clear() {
      rules = [];
    },
    actionFor(call) {
      const matching = rules.filter(({ rule }) => isMatch(rule.match, call));
      for (const counted of matching) counted.matches++;
      return matching.find(({ rule, matches }) => (rule.nth ?? matches) === matches)?.rule.action;
    },
  };
}

function isMatch(match: FaultRule["match"], call: Call): boolean {
  if (typeof match === "function") return match(call);
  const { method = call.method, path = /^/ } = match;
  return method === call.method && path.test(call.path);
}
