import type { JobDriver } from "../../model/job.js";
import type { Binding } from "../../pool/pools.js";
import type { DriverSite, StartedWork } from "./driver.js";
import { startByConsole } from "./start-by-console.js";
import { startByExec } from "./start-by-exec.js";
import { startByHttp } from "./start-by-http.js";
import { startByRcon } from "./start-by-rcon.js";
import { startByRestart } from "./start-by-restart.js";
import { signalBinding, startBySignal } from "./start-by-signal.js";

/**
 * Tells an engine of a job in the way that its file declares.
 * @throws WarmError `engine-failed` when the engine is at fault (another one may do), `rejected` when no engine would take it,
 * `interrupted` when the try is given up, `host-…` while the host is away
 */
export function startWork(driver: JobDriver, site: DriverSite): Promise<StartedWork> {
  switch (driver.type) {
    case "console":
      return startByConsole(driver, site);
    case "exec":
      return startByExec(driver, site);
    case "signal":
      return startBySignal(driver, site);
    case "http":
      return startByHttp(driver, site);
    case "rcon":
      return startByRcon(driver, site);
    case "restart":
      return startByRestart(driver, site);
    default:
      return driver satisfies never;
  }
}

/** What the job's lease has to bring into the engine, so that the reset takes it away; undefined: nothing. */
export function bindingFor(driver: JobDriver, fill: (text: string) => string): Binding | undefined {
  return driver.type === "signal" ? signalBinding(driver, fill) : undefined;
}
