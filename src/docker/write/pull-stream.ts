import type { Readable } from "node:stream";
import { WarmError } from "../../errors.js";
import type { PullProgress } from "../../model/event.js";
import { mapStatus } from "../connection/map-error.js";
import { asText } from "../connection/shape.js";

export interface PullStreamSettings {
  /** How an error's message starts. */
  readonly what: string;
  /** No byte for this long: the pull is stuck. */
  readonly idleTimeoutMs: number;
  readonly onProgress: (progress: PullProgress) => void;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Reads a pull's NDJSON to its end. Docker answers 200 first and says what went wrong in a line of the body, so
 * any line with an error fails the pull; so do silence and a line that is no JSON.
 * @throws WarmError `pull-stalled`, `pull-failed`, `interrupted`, or what the error line says.
 */
export async function readPullStream(stream: Readable, settings: PullStreamSettings): Promise<void> {
  const { what, idleTimeoutMs, cancel } = settings;
  const layers: Layers = new Map();
  const decoder = new TextDecoder();
  let rest = "";
  const stop = (error: WarmError) => stream.destroy(error);
  const interrupt = () => stop(new WarmError("interrupted", `${what}: interrupted`));
  let timer = setTimeout(() => stop(pullStalled(what, idleTimeoutMs)), idleTimeoutMs);
  if (cancel?.aborted) interrupt();
  cancel?.addEventListener("abort", interrupt, { once: true });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      timer = setTimeout(() => stop(pullStalled(what, idleTimeoutMs)), idleTimeoutMs);
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LONGEST_LINE) throw notAsDocumented(what, "a line that is too long");
      for (const line of lines) readLine(line, layers, settings);
    }
    readLine(rest + decoder.decode(), layers, settings);
  } catch (error) {
    if (error instanceof WarmError) throw error;
    throw new WarmError("pull-failed", `${what}: the stream broke off: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    cancel?.removeEventListener("abort", interrupt);
  }
}

/** In UTF-16 code units; a line of a pull has some 200. */
const LONGEST_LINE = 1024 * 1024;
/** An image has at most 127. */
const MOST_LAYERS = 10_000;

const notAsDocumented = (what: string, which: string) =>
  new WarmError("pull-failed", `${what}: the daemon sent ${which}`, {
    hint: "is there a proxy between warm and the Docker daemon?",
  });

type Layers = Map<unknown, { done: number; total: number }>;

interface PullLine {
  readonly id?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly errorDetail?: { readonly message?: unknown } | null;
  readonly progressDetail?: { readonly current?: unknown; readonly total?: unknown } | null;
}

function readLine(text: string, layers: Layers, { what, onProgress }: PullStreamSettings): void {
  if (text.trim() === "") return;
  const line = parseLine(text, what);
  const error = line.errorDetail?.message || line.error;
  if (error !== undefined || line.errorDetail) throw mapPullError(what, asText(error) || "an unknown error");
  if (noteLayer(line, layers)) onProgress(sum(layers));
  if (layers.size > MOST_LAYERS) throw notAsDocumented(what, `more than ${MOST_LAYERS} layers`);
}

function parseLine(text: string, what: string): PullLine {
  try {
    const line = JSON.parse(text) as unknown;
    if (typeof line === "object" && line !== null && !Array.isArray(line)) return line;
  } catch {
    // Told below, as for JSON that is no object.
  }
  throw new WarmError(
    "pull-failed",
    `${what}: the daemon sent a line that is not as documented: \`${text.slice(0, 80)}\``,
  );
}

/** An error line carries no status; one that no rule knows is a failed pull, which is worth another try. */
function mapPullError(what: string, text: string): WarmError {
  const error = mapStatus(what, 0, text, "registry");
  return error.code === "docker-failed" ? new WarmError("pull-failed", error.message) : error;
}

/** @returns whether the sums changed. Only downloads count: unpacking repeats the same bytes. */
function noteLayer({ id, status, progressDetail }: PullLine, layers: Layers): boolean {
  if (id === undefined) return false;
  const layer = layers.get(id);
  if (status === "Downloading" && isCount(progressDetail?.total)) {
    const { current, total } = progressDetail;
    layers.set(id, { done: isCount(current) ? current : 0, total });
    return true;
  }
  if (
    (status === "Download complete" || status === "Pull complete") &&
    layer !== undefined &&
    layer.done !== layer.total
  ) {
    layers.set(id, { done: layer.total, total: layer.total });
    return true;
  }
  return false;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function sum(layers: Layers): PullProgress {
  let bytesDone = 0;
  let bytesTotal = 0;
  for (const { done, total } of layers.values()) {
    bytesDone += done;
    bytesTotal += total;
  }
  return { bytesDone, bytesTotal };
}

export function pullStalled(what: string, idleTimeoutMs: number): WarmError {
  return new WarmError("pull-stalled", `${what}: no byte for ${idleTimeoutMs / 1000} s`, {
    hint: "the registry or the network is stuck; `pull.idleTimeout` sets how long to wait",
  });
}
