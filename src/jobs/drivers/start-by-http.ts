import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { createLineSplitter } from "../../docker/exec/line-splitter.js";
import { WarmError } from "../../errors.js";
import type { JobDriver } from "../../model/job.js";
import type { DriverSite, StartedWork } from "./driver.js";
import { findPort } from "./find-port.js";
import { listenToEngine } from "./listen-to-engine.js";
import { givenUp, startedWork } from "./started-work.js";

type HttpDriver = Extract<JobDriver, { readonly type: "http" }>;

/** An engine that is killed ends its connections before Docker says so. */
const LAST_BREATH_MS = 300;

/**
 * `http`: one request to a port of the engine.
 *
 * What an engine has to do: answer `POST` (or `PUT`) of the declared path with the body
 * `{"job": "<id>", "params": {"seed": "MySeed", …}}`, `Content-Type: application/json`.
 * - 200 to 299: taken. Where the file declares `done`, the reply comes at once and the engine says on its output when it is
 *   done; without `done` the reply comes when the outputs are complete. Lines of its body count as the engine's own.
 * - 400 to 499: no engine will take these parameters; the first line of the body says why. The job fails.
 * - anything else, and no reply: this engine is at fault, another one is tried. Redirects are not followed.
 *
 * The reply should say how long it is (`Content-Length`, or in chunks): otherwise a server that dies in the middle looks as if it
 * had finished, and warm waits for a moment to see whether the engine is still there.
 *
 * One job may be asked for again with another id after a try that failed. The path is sent as it is written, parameters go
 * into the body alone.
 *
 * Resolves once the request is on its way. `ended` resolves with the whole reply; it rejects as said above, and when the engine
 * ends or the time of the try is over.
 */
export async function startByHttp(driver: HttpDriver, site: DriverSite): Promise<StartedWork> {
  const target = findPort(site, driver.port);
  const ear = await listenToEngine(site);
  const { request, answered } = send(driver, site, target);
  const whole = answered.then(async ({ isWhole }) => {
    if (!isWhole)
      await Promise.race([ear.lost, new Promise((resolve) => setTimeout(resolve, LAST_BREATH_MS).unref())]);
  });
  const ended = Promise.race([whole, ear.lost]);
  ended.catch(() => undefined);
  const sent = new Promise<void>((resolve) => request.once("finish", resolve));
  const close = () => {
    ear.close();
    request.destroy();
  };
  try {
    await Promise.race([sent, ended]);
  } catch (error) {
    close();
    throw error;
  }
  return startedWork(site.lease.container.id, ended, close);
}

interface Sent {
  readonly request: ClientRequest;
  /** Resolves with the end of a reply that is good; not `isWhole` where a break of the connection looks like its end. */
  readonly answered: Promise<Answered>;
}

interface Answered {
  readonly isWhole: boolean;
}

function send(
  { method, path }: HttpDriver,
  { jobId, params, cancel, leftMs, onLine }: DriverSite,
  { address, port }: { readonly address: string; readonly port: number },
): Sent {
  const body = Buffer.from(JSON.stringify({ job: jobId, params }));
  const headers = { "Content-Type": "application/json", "Content-Length": body.length };
  // A connection of its own: none that the engine may have closed meanwhile.
  const request = httpRequest({ host: address, port, method, path, headers, agent: false });
  const what = `${method} ${path} on port ${port} of the engine`;
  let timer: NodeJS.Timeout | undefined;
  const onCancel = () => request.destroy(givenUp());
  const answered = new Promise<Answered>((resolve, reject) => {
    request.on("error", (error) => reject(explain(what, error)));
    request.on("response", (answer) =>
      readAnswer(answer, what, onLine).then(resolve, (error) => reject(cancel.aborted ? givenUp() : error)),
    );
    timer = setTimeout(() => request.destroy(new Error("no whole reply in time")), Math.max(1, leftMs()));
  }).finally(() => {
    clearTimeout(timer);
    cancel.removeEventListener("abort", onCancel);
  });
  answered.catch(() => undefined);
  if (cancel.aborted) onCancel();
  cancel.addEventListener("abort", onCancel, { once: true });
  request.end(body);
  return { request, answered };
}

async function readAnswer(
  answer: IncomingMessage,
  what: string,
  onLine: (line: string) => void,
): Promise<Answered> {
  let first: string | undefined;
  const lines = createLineSplitter((line) => {
    first ??= line.slice(0, 500);
    onLine(line);
  });
  const decoder = new StringDecoder("utf8");
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) lines.push(decoder.write(chunk));
  } catch (error) {
    throw explain(what, error);
  }
  lines.push(decoder.end());
  lines.flush();
  const status = answer.statusCode ?? 0;
  const { "content-length": length, "transfer-encoding": encoding } = answer.headers;
  if (status >= 200 && status < 300) return { isWhole: length !== undefined || encoding !== undefined };
  const isRefused = status >= 400 && status < 500;
  throw new WarmError(
    isRefused ? "rejected" : "engine-failed",
    `${what} answered ${status}${first === undefined ? "" : `: ${first}`}`,
    isRefused ? { hint: "change the job's parameters, or what the engine takes" } : {},
  );
}

function explain(what: string, error: unknown): WarmError {
  if (error instanceof WarmError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === "ECONNREFUSED" ? "nothing listens there" : message || String(code);
  return new WarmError("engine-failed", `${what}: ${why}`, { cause: error });
}
