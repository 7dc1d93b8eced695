import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { WarmError } from "../../errors.js";
import type { Connection } from "./connection-agent.js";
import { withDeadline } from "./deadline.js";
import { mapStatus, mapTransport, messageOf, type Subject } from "./map-error.js";
import { uninspected } from "./uninspected.js";

/** Earlier answers by path: one of the same text comes back as the same object. */
export interface AnswerMemory {
  readonly last: Map<string, { readonly text: string; readonly value: unknown }>;
  /** The text without what may differ and means nothing to us. */
  strip(path: string, text: string): string;
}

export interface ReadOptions {
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly answers?: AnswerMemory | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
  /** Whose refusal an error is; default the host's. */
  readonly about?: Subject;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * All that observing may do to a host: GET. There is no method here that could change anything, and the plan's
 * side of warm is given nothing else.
 */
export interface HostReader {
  readonly url: string;
  /** Parsed JSON of `/v<api>/<path>`; the shape is the caller's to check. */
  getJson(what: string, path: string, options?: ReadOptions): Promise<unknown>;
  /** Raw body, for logs and archives. */
  getBytes(what: string, path: string, options?: ReadOptions): Promise<Buffer>;
  /** A body without an end, as it comes; ends when the daemon or `cancel` ends it. No deadline once it has begun. */
  openStream(what: string, path: string, options?: ReadOptions): Promise<AsyncIterable<Buffer>>;
  /** The daemon's clock minus ours, by the last answer's Date header; whole seconds. */
  clockOffsetMs(): number;
}

const DEADLINE_MS = 15_000;
const MAX_BODY = 256 * 1024 * 1024;

/** @param apiVersion `1.41`; undefined asks without one, for the version handshake itself. */
export function createReader(connection: Connection, apiVersion?: string): HostReader {
  const url = connection.endpoint.url;
  let offsetMs = 0;

  async function getBytes(what: string, path: string, options: ReadOptions = {}): Promise<Buffer> {
    const fullPath = `${apiVersion === undefined ? "" : `/v${apiVersion}`}${path}${toQuery(options.query)}`;
    return withDeadline(
      what,
      options.deadlineMs ?? DEADLINE_MS,
      async (signal) => {
        const answer = await send(connection, fullPath, options.headers, signal).catch((error: unknown) => {
          throw mapTransport(what, error, url);
        });
        const date = Date.parse(answer.headers.date ?? "");
        if (!Number.isNaN(date)) offsetMs = date - Math.floor(Date.now() / 1000) * 1000;
        const body = await readBody(answer, what, url);
        const status = answer.statusCode ?? 0;
        if (status !== 200) throw mapStatus(what, status, messageOf(body.toString("utf8")), options.about);
        return body;
      },
      options.cancel,
    );
  }

  /** The deadline is for the answer's head alone; from then on only `cancel` and the daemon end it. */
  async function openStream(what: string, path: string, options: ReadOptions = {}) {
    const fullPath = `${apiVersion === undefined ? "" : `/v${apiVersion}`}${path}${toQuery(options.query)}`;
    const life = new AbortController();
    options.cancel?.addEventListener("abort", () => life.abort(), { once: true, signal: life.signal });
    const own = { ...connection, agent: connection.streamAgent };
    const head = send(own, fullPath, options.headers, life.signal).catch((error: unknown) => {
      throw mapTransport(what, error, url);
    });
    try {
      const answer = await withDeadline(what, options.deadlineMs ?? DEADLINE_MS, () => head, options.cancel);
      const status = answer.statusCode ?? 0;
      if (status !== 200)
        throw mapStatus(what, status, messageOf((await readBody(answer, what, url)).toString("utf8")));
      return readStream(answer, what, url, () => life.abort());
    } catch (error) {
      head.catch(() => undefined);
      life.abort();
      throw error;
    }
  }

  return {
    url,
    getBytes,
    openStream,
    clockOffsetMs: () => offsetMs,
    async getJson(what, path, options) {
      const body = await getBytes(what, path, options);
      const { answers } = options ?? {};
      if (answers === undefined) return parseJson(body, what, url);
      const text = answers.strip(path, body.toString("latin1"));
      const known = answers.last.get(path);
      if (known?.text === text) return known.value;
      const value = parseJson(body, what, url);
      answers.last.set(path, { text, value });
      return value;
    },
  };
}

function send(
  { agent, protocol, target }: Connection,
  path: string,
  headers: Readonly<Record<string, string>> | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      ...target,
      agent,
      path,
      method: "GET",
      headers: { ...headers, ...uninspected },
      signal,
    };
    const request = protocol === "https:" ? httpsRequest(options, resolve) : httpRequest(options, resolve);
    request.on("error", reject);
    request.end();
  });
}

async function readBody(answer: IncomingMessage, what: string, url: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY)
        throw new WarmError("host-protocol", `${what}: the answer is over ${MAX_BODY} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw mapTransport(what, error, url);
  }
  return Buffer.concat(chunks);
}

async function* readStream(
  answer: IncomingMessage,
  what: string,
  url: string,
  onEnd: () => void,
): AsyncGenerator<Buffer> {
  try {
    yield* answer as AsyncIterable<Buffer>;
  } catch (error) {
    throw mapTransport(what, error, url);
  } finally {
    onEnd();
  }
}

function parseJson(body: Buffer, what: string, url: string): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    const start = body.subarray(0, 60).toString("utf8").replace(/\s+/g, " ");
    throw new WarmError(
      "host-protocol",
      `${what}: ${url} answered with something that is no JSON: \`${start}\``,
      {
        hint: "is there a proxy between warm and the Docker daemon?",
        cause,
      },
    );
  }
}

function toQuery(query: Readonly<Record<string, string>> | undefined): string {
  return query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
}
