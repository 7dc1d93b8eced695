import { inspectContainer } from "../docker/observe/read-objects.js";
import type { Observed } from "../model/observed.js";
import type { PoolResource } from "../model/pool.js";
import type { PoolContext } from "./pool-host.js";

/** Where an engine is reached. */
export interface EngineFacts {
  readonly name: string;
  readonly address: string | undefined;
  /** Port to connect to, by port in the engine. */
  readonly ports: Readonly<Record<number, number>>;
}

export interface EngineFactsCache {
  of(containerId: string, name: string, pool: PoolResource | undefined): Promise<EngineFacts>;
  forget(containerId: string): void;
  forgetAll(): void;
}

/** Asked once in the life of a container, so that a lease needs no call for it. */
export function createEngineFacts(context: PoolContext): EngineFactsCache {
  const known = new Map<string, Promise<EngineFacts>>();

  async function ask(
    containerId: string,
    name: string,
    pool: PoolResource | undefined,
  ): Promise<EngineFacts> {
    const { host, reach } = context.host();
    const { addresses, published } = await inspectContainer(host.reader, containerId);
    return { name, ...whereFrom(reach, addresses, published, pool?.ports ?? []) };
  }

  return {
    of(containerId, name, pool) {
      const asked = known.get(containerId) ?? ask(containerId, name, pool);
      known.set(containerId, asked);
      asked.catch(() => known.delete(containerId));
      return asked;
    },
    forget: (containerId) => void known.delete(containerId),
    forgetAll: () => known.clear(),
  };
}

function whereFrom(
  reach: Observed["reach"],
  addresses: ReadonlyMap<string, string>,
  published: ReadonlyMap<number, number>,
  ports: readonly number[],
): Omit<EngineFacts, "name"> {
  if (reach === "none") return { address: undefined, ports: {} };
  if (reach === "address") {
    const address = [...addresses.values()].find((one) => one !== "");
    return { address, ports: Object.fromEntries(ports.map((port) => [port, port])) };
  }
  const reachable = ports.flatMap((port) => {
    const at = published.get(port);
    return at === undefined ? [] : [[port, at] as const];
  });
  return { address: "127.0.0.1", ports: Object.fromEntries(reachable) };
}
