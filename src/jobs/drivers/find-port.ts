import { WarmError } from "../../errors.js";
import type { DriverSite } from "./driver.js";

/**
 * Where a port of the engine is reached from here.
 * @throws WarmError `rejected` when it is not: no other engine would be
 */
export function findPort(
  { lease, host }: DriverSite,
  port: number,
): { readonly address: string; readonly port: number } {
  const { address, ports } = lease;
  if (address === undefined)
    throw new WarmError("rejected", "the engine's ports cannot be reached from here", {
      hint: "run warm on the Docker host (in a container: with `network_mode: host`), or use the driver `console` or `exec`",
    });
  const reached = ports[port] ?? (host().reach === "address" ? port : undefined);
  if (reached === undefined)
    throw new WarmError("rejected", `port ${port} of the engine is not published`, {
      hint: `add ${port} to the pool's \`ports\``,
    });
  return { address, port: reached };
}
