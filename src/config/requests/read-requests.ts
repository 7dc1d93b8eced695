import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type RuntimeRequest, requestKey } from "../../model/request.js";
import { checkWish } from "./check-wish.js";

export const REQUEST_FORMAT = "warm.request/1";
export const REQUEST_SUFFIX = ".json";

/** Where requests stand in a state directory, a file each. */
export const requestsIn = (stateDirectory: string) => join(stateDirectory, "requests");

/**
 * All that was asked for, by key. What is no request, or no whole one, is left out: a request is never half written.
 * @param dir need not be there
 * @throws the file system's error when nobody may look there
 */
export async function readRequests(dir: string): Promise<RuntimeRequest[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith(REQUEST_SUFFIX)).sort();
  const requests = await Promise.all(files.map((name) => readOne(join(dir, name), name)));
  return requests.filter((request) => request !== undefined);
}

async function readOne(path: string, name: string): Promise<RuntimeRequest | undefined> {
  try {
    const { format, ...value } = JSON.parse(await readFile(path, "utf8"));
    const isOne = format === REQUEST_FORMAT && isRequest(value);
    return isOne && name === requestKey(value) + REQUEST_SUFFIX ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRequest(value: unknown): value is RuntimeRequest {
  const one = value as RuntimeRequest;
  if (one.kind !== "template" && one.kind !== "session") return false;
  const texts = one.kind === "template" ? [one.image, one.blob] : [one.template];
  const lists = one.kind === "template" ? [] : [one.processors, one.plugins];
  const isText = (text: unknown) => typeof text === "string";
  return (
    [one.id, ...texts].every(isText) &&
    [one.since, one.expiresAt].every((time) => !Number.isNaN(Date.parse(time))) &&
    lists.every((list) => Array.isArray(list) && list.every(isText)) &&
    checkWish(one).length === 0
  );
}
