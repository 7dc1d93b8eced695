import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface ForgeCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  readonly body: any;
}

export interface ForgeReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call of a REST API: which, and how it is answered; `ids` are the groups of its path. */
export interface Route {
  readonly method: string;
  readonly path: RegExp;
  answer(call: ForgeCall, ids: readonly string[]): ForgeReply;
}

export interface Forge {
  readonly url: string;
  /** Every call so far, as `GET /path`. */
  readonly calls: string[];
  /** The next calls of this kind are answered so, one each. */
  failNext(method: string, path: RegExp, ...replies: ForgeReply[]): void;
  stop(): Promise<void>;
}

/** A REST API on this machine: a table of routes behind what all forges have in common. */
export async function startForge(
  routes: readonly Route[],
  refuse: (call: ForgeCall) => ForgeReply | undefined,
): Promise<Forge> {
  const calls: string[] = [];
  const failures: { method: string; path: RegExp; replies: ForgeReply[] }[] = [];

  function answer(call: ForgeCall): ForgeReply {
    calls.push(`${call.method} ${call.path}`);
    const failure = failures.find(
      ({ method, path, replies }) => method === call.method && path.test(call.path) && replies.length > 0,
    );
    const failed = failure?.replies.shift() ?? refuse(call);
    if (failed !== undefined) return failed;
    for (const route of routes) {
      const ids = route.method === call.method ? route.path.exec(call.path)?.slice(1) : undefined;
      if (ids !== undefined) return route.answer(call, ids);
    }
    return { status: 404, body: { message: "Not Found" } };
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://forge");
    const written = await text(request);
    const { method = "", headers } = request;
    const call = { method, path: url.pathname, query: url.searchParams, headers, body: parse(written) };
    const reply = answer(call);
    const told = JSON.stringify(reply.body ?? {});
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers }).end(told);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    failNext: (method, path, ...replies) => failures.push({ method, path, replies }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parse(written: string): unknown {
  try {
    return written === "" ? undefined : JSON.parse(written);
  } catch {
    return undefined;
  }
}

/** The page that was asked for, and whether another one follows. */
export function pageOf<T>(
  items: readonly T[],
  { query }: ForgeCall,
  mostPerPage: number,
): { readonly items: readonly T[]; readonly page: number; readonly hasNext: boolean } {
  const size = Math.min(Number(query.get("per_page") ?? 20), mostPerPage);
  const page = Number(query.get("page") ?? 1);
  return { items: items.slice((page - 1) * size, page * size), page, hasNext: items.length > page * size };
}
