import { type FaultProxy, startFaultProxy } from "../../rig/fault-proxy.js";
import type { Call } from "../../rig/fault-rule.js";
import type { WarmProcess, WarmResult } from "../../rig/run-warm.js";
import type { Sandbox } from "../../rig/sandbox.js";

export interface Step {
  readonly method: string;
  readonly path: RegExp;
  /** What the query contains, as sent. */
  readonly query?: string;
  /** Of the calls that match, from 1. Default 1. */
  readonly nth?: number;
  /** Only once such a call has been made. */
  readonly after?: RegExp;
}

export const isStep = ({ method, path, query = "" }: Step) => {
  return (call: Call) => call.method === method && path.test(call.path) && call.query.includes(query);
};

/** The environment that sends the command line through a proxy. */
export const through = (proxy: FaultProxy) => ({ env: { DOCKER_HOST: `unix://${proxy.socketPath}` } });

/** Runs `warm apply` through a proxy of its own that `prepare` has set up; `calls` is what came by. */
export async function applyThrough(
  sandbox: Sandbox,
  prepare: (proxy: FaultProxy) => void = () => {},
  more: readonly string[] = [],
): Promise<WarmResult & { calls: readonly Call[] }> {
  const proxy = await startFaultProxy(sandbox.socketPath);
  try {
    prepare(proxy);
    const result = await sandbox.warm(["apply", "--auto-approve", ...more], through(proxy));
    return { ...result, calls: proxy.calls };
  } finally {
    await proxy.stop();
  }
}

/**
 * Runs `warm apply` until it makes the call, which Docker does not see before `meanwhile` is over.
 * @param meanwhile may kill the command
 */
export function applyHeldAt(
  sandbox: Sandbox,
  step: Step,
  meanwhile: (warm: WarmProcess) => Promise<void>,
): Promise<WarmResult> {
  return warmHeldAt(sandbox, ["apply", "--auto-approve"], step, meanwhile);
}

/** The same for any command. */
export async function warmHeldAt(
  sandbox: Sandbox,
  args: readonly string[],
  step: Step,
  meanwhile: (warm: WarmProcess) => Promise<void>,
): Promise<WarmResult> {
  const proxy = await startFaultProxy(sandbox.socketPath);
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  try {
    const warm = sandbox.start(args, through(proxy));
    await new Promise<void>((reached, fail) => {
      const matches = isStep(step);
      let seen = 0;
      const match = (call: Call) => {
        const isTime = proxy.calls.some(({ path }) => (step.after ?? /^/).test(path));
        const isHeld = isTime && matches(call) && ++seen === (step.nth ?? 1);
        if (isHeld) reached();
        return isHeld;
      };
      proxy.fault({ match, action: { kind: "hold", until } });
      warm.result.then(({ stdout, stderr }) =>
        fail(new Error(`never came to this step:\n${stdout}${stderr}`)),
      );
    });
    await meanwhile(warm);
    release();
    return await warm.result;
  } finally {
    await proxy.stop();
  }
}
