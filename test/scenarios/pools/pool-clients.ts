import { type IncomingHttpHeaders, request } from "node:http";
import { join } from "node:path";
import { expect } from "vitest";
import type { WarmError } from "../../../src/errors.js";
import type { CommandResult, GrantedLease, LeaseRequest } from "../../../src/pool/pools.js";
import { socketPathIn } from "../../../src/server/listen/socket-path.js";
import type { KeptPool } from "./kept-pool.js";

type Lease = Pick<GrantedLease, "id" | "fence">;

/** Runs `sh -c` in a leased engine; `$1` and so on are `words`. */
export function shell(
  { client }: KeptPool,
  { id, fence }: Lease,
  script: string,
  ...words: string[]
): Promise<CommandResult> {
  return client.exec(id, fence, ["sh", "-c", script, "sh", ...words]);
}

/** A job of the catalogue's engine, and its end. */
export async function loadWorld(pool: KeptPool, lease: Lease, seed: string): Promise<void> {
  const script =
    'echo "load_world $1" >/run/commands; until [ -s /config/world_data/biomes.json ]; do usleep 5000; done';
  expect((await shell(pool, lease, script, seed)).exitCode).toBe(0);
}

export const release = ({ client }: KeptPool, { id, fence }: Lease) => client.release(id, fence);

/** Somebody who stands in the queue by now. */
export async function queue(
  pool: KeptPool,
  holder: string,
  wanted: Partial<LeaseRequest> = {},
): Promise<{ readonly granted: Promise<GrantedLease>; readonly positions: number[] }> {
  const positions: number[] = [];
  let granted: Promise<GrantedLease> | undefined;
  await new Promise<void>((stands, fails) => {
    const onQueued = ({ position }: { position: number }) => {
      positions.push(position);
      stands();
    };
    granted = pool.lease({ holder, onQueued, ...wanted });
    granted.catch(fails);
  });
  return { granted: granted as Promise<GrantedLease>, positions };
}

/** The code of the error that it ends with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "none",
    (error: WarmError) => error.code,
  );
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly code?: string; readonly detail?: string };
}

/** One request to the watcher's socket. @param isLost the connection breaks as the reply begins */
export function ask(
  { sandbox }: KeptPool,
  method: string,
  path: string,
  body: object,
  isLost = false,
): Promise<Answer> {
  const socketPath = socketPathIn(join(sandbox.dir, ".warm"));
  const headers = { "content-type": "application/json" };
  return new Promise((settle, fail) => {
    const sent = request({ socketPath, path, method, headers, agent: false }, (reply) => {
      const { statusCode: status = 0 } = reply;
      if (isLost) {
        reply.on("error", () => undefined);
        reply.destroy();
        settle({ status, headers: reply.headers, body: {} });
        return;
      }
      let text = "";
      reply.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      reply.on("end", () =>
        settle({ status, headers: reply.headers, body: JSON.parse(text || "{}") as Answer["body"] }),
      );
    });
    sent.on("error", fail);
    sent.end(JSON.stringify(body));
  });
}
