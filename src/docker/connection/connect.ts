import { WarmError } from "../../errors.js";
import type { HostFacts } from "../../model/observed.js";
import { type Connection, createConnection } from "./connection-agent.js";
import type { Endpoint } from "./endpoint.js";
import { createReader, type HostReader } from "./host-reader.js";
import { asRecord, asString } from "./shape.js";

/** The API versions whose fields warm reads and writes. */
const OLDEST_API = "1.40";
const NEWEST_API = "1.47";

/** A daemon that answered, with the API version that both sides speak. */
export interface Host {
  readonly connection: Connection;
  readonly reader: HostReader;
  readonly apiVersion: string;
  readonly facts: Omit<HostFacts, "id">;
  close(): void;
}

/**
 * Asks the daemon once for its versions and settles on one.
 * @throws WarmError `host-unreachable`, `host-forbidden`, `host-protocol` or `api-version`.
 */
export async function connectHost(endpoint: Endpoint): Promise<Host> {
  const connection = createConnection(endpoint);
  try {
    const answer = asRecord(
      await createReader(connection).getJson("ask for the version", "/version"),
      "version",
    );
    const apiVersion = negotiateVersion(asString(answer.ApiVersion, "version.ApiVersion"), minimumOf(answer));
    const facts = {
      endpoint: endpoint.url,
      version: asString(answer.Version, "version.Version"),
      apiVersion,
      os: asString(answer.Os, "version.Os"),
      arch: asString(answer.Arch, "version.Arch"),
    };
    return {
      connection,
      reader: createReader(connection, apiVersion),
      apiVersion,
      facts,
      close: connection.close,
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function minimumOf(answer: Record<string, unknown>): string {
  return typeof answer.MinAPIVersion === "string" ? answer.MinAPIVersion : OLDEST_API;
}

/**
 * The newest version that both sides speak.
 * @throws WarmError `api-version` when there is none, saying which side is too old; `host-protocol` when the
 * daemon's are no versions.
 */
export function negotiateVersion(daemonNewest: string, daemonOldest: string): string {
  for (const version of [daemonNewest, daemonOldest]) {
    if (!/^\d+\.\d+$/.test(version))
      throw new WarmError("host-protocol", `what answers as Docker says that it speaks API \`${version}\``);
  }
  if (compareVersions(daemonNewest, OLDEST_API) < 0) {
    throw new WarmError(
      "api-version",
      `the Docker daemon speaks API ${daemonNewest}, warm needs ${OLDEST_API}`,
      {
        hint: "upgrade Docker to 19.03 or later",
      },
    );
  }
  if (compareVersions(daemonOldest, NEWEST_API) > 0) {
    throw new WarmError(
      "api-version",
      `the Docker daemon asks for API ${daemonOldest}, warm speaks ${NEWEST_API}`,
      {
        hint: "upgrade warm",
      },
    );
  }
  return compareVersions(daemonNewest, NEWEST_API) < 0 ? daemonNewest : NEWEST_API;
}

function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split(".").map(Number);
  const [majorB = 0, minorB = 0] = b.split(".").map(Number);
  return majorA - majorB || minorA - minorB;
}
