import type { ContainerFacts } from "../../docker/observe/read-objects.js";
import type { Observed } from "../../model/observed.js";
import type { ProbeTarget } from "./probe.js";

export interface Route {
  readonly reach: Observed["reach"];
  /** Default: whichever network it is on, for a container that is on one only. */
  readonly networkId?: string | undefined;
}

/** How a port of a container is reached from here; undefined when there is no way. */
export function findTarget(
  { addresses, published }: Pick<ContainerFacts, "addresses" | "published">,
  port: number,
  { reach, networkId }: Route,
): ProbeTarget | undefined {
  switch (reach) {
    case "address": {
      const host = networkId === undefined ? [...addresses.values()].find(Boolean) : addresses.get(networkId);
      return host ? { host, port } : undefined;
    }
    case "published": {
      const hostPort = published.get(port);
      return hostPort === undefined ? undefined : { host: "127.0.0.1", port: hostPort };
    }
    case "none":
      return undefined;
    default:
      return reach satisfies never;
  }
}
