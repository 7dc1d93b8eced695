import { Agent, request as httpRequest } from "node:http";
import { request as httpsRequest, Agent as TlsAgent } from "node:https";
import { WarmError } from "../../errors.js";
import { checkSocketPath } from "../listen/socket-path.js";

/** A watcher on the network. */
export interface RemoteWatcher {
  /** `http://127.0.0.1:7077`, or `https://…` where something before it speaks TLS. */
  readonly url: string;
  /** Default: none. */
  readonly token?: string | undefined;
}

/** Where a watcher is asked, and how. */
export interface Target {
  readonly request: typeof httpRequest;
  readonly options:
    | { readonly agent: Agent; readonly socketPath: string }
    | { readonly agent: Agent; readonly host: string; readonly port: number };
  /** Of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Before every path. */
  readonly basePath: string;
  /** For messages. */
  readonly where: string;
  /** For whom nobody answers. */
  readonly hint: string;
}

/**
 * Opens no connection before something is asked, and none of them keeps the process alive.
 * @param watcher a unix socket's path, or a watcher on the network
 * @throws WarmError `rejected` when no socket can have that path; `usage` for what is no such URL
 */
export function findTarget(watcher: string | RemoteWatcher): Target {
  if (typeof watcher === "string")
    return {
      request: httpRequest,
      options: { agent: new Agent({ keepAlive: true }), socketPath: checkSocketPath(watcher) },
      headers: { host: "warm" },
      basePath: "",
      where: watcher,
      hint: "start `warm watch`, or name the directory where it keeps its state with `--state-dir`",
    };
  const { protocol, hostname, port, pathname, origin } = readUrl(watcher.url);
  const isTls = protocol === "https:";
  return {
    request: isTls ? httpsRequest : httpRequest,
    options: {
      agent: isTls ? new TlsAgent({ keepAlive: true }) : new Agent({ keepAlive: true }),
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port === "" ? (isTls ? 443 : 80) : Number(port),
    },
    headers: watcher.token === undefined ? {} : { authorization: `Bearer ${watcher.token}` },
    basePath: pathname.replace(/\/+$/, ""),
    where: origin,
    hint: "start `warm watch --listen …` there, or correct the URL",
  };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const mistake =
    url === undefined || !/^https?:$/.test(url.protocol)
      ? "is no http or https URL"
      : url.username !== "" || url.password !== ""
        ? "holds a name or a token, which others may see there"
        : undefined;
  if (url !== undefined && mistake === undefined) return url;
  throw new WarmError("usage", `the watcher's address ${mistake}`, {
    hint: "write it as `http://127.0.0.1:7077`, and give the token in WARM_API_TOKEN",
  });
}
