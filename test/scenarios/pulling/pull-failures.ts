import type { FaultAction } from "../../rig/fault-rule.js";

export interface Failure {
  /** Says what is wrong with the pull, and is its repository. */
  readonly name: string;
  /** What becomes of the pull; a real one that fails by itself without this. */
  readonly action?: FaultAction;
  /** The error's code and what its message says. */
  readonly told: readonly [code: string, message: RegExp];
  /** With one retry allowed. */
  readonly tries: 1 | 2;
}

const lines = (...lines: readonly (object | string)[]): FaultAction => {
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  return { kind: "answer", status: 200, body: texts.join("\n") };
};
const status = { status: "Pulling from a/b", id: "1" };
const error = (message: string) => ({ errorDetail: { message }, error: message });
const refusal = (status: number, message: string): FaultAction => ({
  kind: "answer",
  status,
  body: { message },
});

export const failures: readonly Failure[] = [
  {
    name: "error-line",
    action: lines(status, error("layer verification failed"), status, ""),
    told: ["pull-failed", /layer verification failed/],
    tries: 2,
  },
  {
    name: "error-in-the-last-line",
    action: lines(status, error("unexpected EOF")),
    told: ["pull-failed", /unexpected EOF/],
    tries: 2,
  },
  {
    name: "no-json",
    action: lines(status, "<html>bad gateway</html>"),
    told: ["pull-failed", /<html>bad gateway/],
    tries: 2,
  },
  {
    name: "ends-early",
    action: lines(status, ""),
    told: ["pull-failed", /the image is not there/],
    tries: 2,
  },
  {
    name: "rate-limit-line",
    action: lines(error("toomanyrequests: slow down")),
    told: ["rate-limited", /slow down/],
    tries: 2,
  },
  {
    name: "rate-limit-status",
    action: refusal(429, "toomanyrequests: slow down"),
    told: ["rate-limited", /slow down/],
    tries: 2,
  },
  {
    name: "no-space",
    action: lines(error("write /x: no space left on device")),
    told: ["disk-full", /no space left/],
    tries: 1,
  },
  {
    name: "daemon-error",
    action: refusal(500, "something broke"),
    told: ["docker-failed", /something broke/],
    tries: 2,
  },
  { name: "cut", action: { kind: "cut", afterBytes: 20 }, told: ["pull-failed", /broke off/], tries: 2 },
  {
    name: "silent",
    action: { kind: "stall", afterBytes: 20 },
    told: ["pull-stalled", /no byte for 1 s/],
    tries: 2,
  },
  {
    name: "silent-from-the-start",
    action: { kind: "delay", ms: 10_000 },
    told: ["pull-stalled", /no byte for 1 s/],
    tries: 2,
  },
  { name: "unknown-tag", told: ["image-not-found", /manifest unknown/], tries: 1 },
  { name: "unreachable", told: ["registry-unreachable", /connection refused/], tries: 2 },
  { name: "list-of-another-platform", told: ["platform-mismatch", /no matching manifest/], tries: 1 },
  {
    name: "image-of-another-platform",
    told: ["platform-mismatch", /is built for linux\/\w+, this host is linux\/\w+/],
    tries: 1,
  },
  { name: "not-logged-in", told: ["auth-failed", /no basic auth credentials|unauthorized/], tries: 1 },
  { name: "wrong-password", told: ["auth-failed", /unauthorized/], tries: 1 },
];

/** Only an idle time-out ends it. */
export const isSilent = ({ told }: Failure) => told[0] === "pull-stalled";
