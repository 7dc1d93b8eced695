import { get } from "node:http";
import { connect } from "node:net";

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
}

export interface ProbeResult {
  readonly isHealthy: boolean;
  /** What came back, as a clause: `HTTP 500`, `connection refused`. */
  readonly answer: string;
}

/** One GET; healthy means 200 and nothing else. The body is not read. */
export function probeHttp(
  { host, port }: ProbeTarget,
  path: string,
  timeoutMs: number,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const request = get(
      { host, port, path, agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (answer) => {
        answer.destroy();
        resolve({ isHealthy: answer.statusCode === 200, answer: `HTTP ${answer.statusCode}` });
      },
    );
    request.on("error", (error) => resolve({ isHealthy: false, answer: describe(error, timeoutMs) }));
  });
}

/** One connection; healthy means that it was accepted. */
export function probeTcp({ host, port }: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal: AbortSignal.timeout(timeoutMs) });
    socket.on("connect", () => {
      socket.destroy();
      resolve({ isHealthy: true, answer: "connected" });
    });
    socket.on("error", (error) => resolve({ isHealthy: false, answer: describe(error, timeoutMs) }));
  });
}

function describe(error: NodeJS.ErrnoException, timeoutMs: number): string {
  if (error.name === "AbortError" || error.name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  return error.code === "ECONNREFUSED" ? "connection refused" : error.message;
}
