import { homedir } from "node:os";
import { connectHost, type Host } from "../docker/connection/connect.js";
import { createCredentialFinder, type FindCredentials } from "../docker/connection/credentials.js";
import { resolveEndpoint } from "../docker/connection/endpoint.js";
import type { HostWriter } from "../docker/write/host-writer.js";

export interface HostSettings {
  /** Docker endpoint; default as the docker CLI chooses it. */
  readonly host?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly home?: string | undefined;
}

/** A connection to one host, and what reading and writing need beside it. */
export interface HostSession {
  readonly host: Host;
  readonly findCredentials: FindCredentials;
  /** What may change the host. Loaded when it is first used. */
  openWriter(): Promise<HostWriter>;
  close(): void;
}

/**
 * @throws WarmError of the docker edge when the host cannot be reached or understood.
 */
export async function openHost(settings: HostSettings): Promise<HostSession> {
  const { env = process.env, home = homedir() } = settings;
  const host = await connectHost(resolveEndpoint({ host: settings.host, env, home }));
  const findCredentials = createCredentialFinder({ env, home });
  let writer: HostWriter | undefined;
  return {
    host,
    findCredentials,
    async openWriter() {
      if (writer !== undefined) return writer;
      const { createWriter } = await import("../docker/write/host-writer.js");
      writer ??= createWriter(host, findCredentials);
      return writer;
    },
    close: host.close,
  };
}
