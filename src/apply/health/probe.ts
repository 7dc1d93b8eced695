import { get } from "node:http";
import { connect } from "node:net";

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
}

export interface ProbeLimits {
  readonly timeoutMs: number;
  /** Ends the try at once. */
  readonly cancel?: AbortSignal;
}

export interface ProbeResult {
  readonly isHealthy: boolean;
  /** No later try can end better. */
  readonly isHopeless?: boolean;
  /** What came back, as a clause: `HTTP 500`, `connection refused`. */
  readonly answer: string;
}

/** One GET; healthy means 200 and nothing else. The body is not read. */
export function probeHttp(
  { host, port }: ProbeTarget,
  path: string,
  limits: ProbeLimits,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const request = get({ host, port, path, agent: false, signal: signalFor(limits) }, (answer) => {
      answer.destroy();
      resolve({ isHealthy: answer.statusCode === 200, answer: `HTTP ${answer.statusCode}` });
    });
    request.on("error", (error) => resolve({ isHealthy: false, answer: describe(error, limits) }));
  });
}

/** One connection; healthy means that it was accepted. */
export function probeTcp({ host, port }: ProbeTarget, limits: ProbeLimits): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal: signalFor(limits) });
    socket.on("connect", () => {
      socket.destroy();
      resolve({ isHealthy: true, answer: "connected" });
    });
    socket.on("error", (error) => resolve({ isHealthy: false, answer: describe(error, limits) }));
  });
}

function signalFor({ timeoutMs, cancel }: ProbeLimits): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return cancel === undefined ? timeout : AbortSignal.any([timeout, cancel]);
}

function describe(error: NodeJS.ErrnoException, { timeoutMs }: ProbeLimits): string {
  if (error.name === "AbortError" || error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  return error.code === "ECONNREFUSED" ? "connection refused" : error.message;
}
