import { isIP } from "node:net";
import type { ImageRef } from "../../model/image-ref.js";
import type { RegistryCredentials } from "../connection/credentials.js";
import { readChallenge } from "./read-challenge.js";

/** Reads a registry's documents by path below a repository. Only GET. */
export interface RegistrySession {
  /** @throws Error when it cannot be had, whyever: who asks can do without */
  getJson(path: string, accept: string): Promise<{ readonly body: unknown; readonly type: string }>;
}

/** A manifest of an image with a hundred layers has some 20 KiB. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Speaks to a registry as a pull would (distribution spec 1.1), by itself and not through the daemon, which tells no sizes.
 * Plain HTTP only to this machine, as Docker does.
 */
export function openRegistry(
  { domain, path }: Pick<ImageRef, "domain" | "path">,
  credentials: RegistryCredentials | undefined,
  signal: AbortSignal,
): RegistrySession {
  const host = domain === "docker.io" ? "registry-1.docker.io" : domain;
  const base = `${isLoopback(domain) ? "http" : "https"}://${host}/v2/${path}`;
  let authorization: string | undefined;

  async function ask(url: string, accept: string): Promise<Response> {
    const headers: Record<string, string> = { accept };
    if (authorization !== undefined) headers.authorization = authorization;
    return fetch(url, { headers, signal });
  }

  return {
    async getJson(below, accept) {
      let answer = await ask(`${base}${below}`, accept);
      if (answer.status === 401 && authorization === undefined) {
        await answer.body?.cancel();
        const challenge = readChallenge(answer.headers.get("www-authenticate") ?? "");
        authorization = await logIn(challenge, domain, credentials, signal);
        answer = await ask(`${base}${below}`, accept);
      }
      if (!answer.ok) {
        await answer.body?.cancel();
        throw new Error(`${host} answers ${answer.status}`);
      }
      return { body: JSON.parse(await readText(answer)), type: answer.headers.get("content-type") ?? "" };
    },
  };
}

type Challenge = ReturnType<typeof readChallenge>;

async function logIn(
  challenge: Challenge,
  domain: string,
  credentials: RegistryCredentials | undefined,
  signal: AbortSignal,
): Promise<string> {
  const basic = toBasic(credentials);
  if (challenge.scheme === "basic") {
    if (basic === undefined) throw new Error("the registry wants a log-in");
    return basic;
  }
  const { realm, service, scope } = challenge;
  if (challenge.scheme !== "bearer" || realm === undefined) throw new Error("no way to log in is known");
  const url = readRealm(realm, domain);
  if (service !== undefined) url.searchParams.set("service", service);
  if (scope !== undefined) url.searchParams.set("scope", scope);
  const answer = await fetch(url, { signal, headers: basic === undefined ? {} : { authorization: basic } });
  if (!answer.ok) throw new Error(`the log-in answers ${answer.status}`);
  const { token, access_token: accessToken } = JSON.parse(await readText(answer)) as Record<string, unknown>;
  const found = token ?? accessToken;
  if (typeof found !== "string") throw new Error("the log-in gives no token");
  return `Bearer ${found}`;
}

/**
 * Where a registry sends who wants to log in. Passwords go over the network only where nobody can listen, and only a registry
 * on this machine may have it ask its own services.
 * @throws Error
 */
export function readRealm(realm: string, domain: string): URL {
  if (!URL.canParse(realm)) throw new Error("the log-in is no URL");
  const url = new URL(realm);
  if (isLoopback(url.host) && !isLoopback(domain))
    throw new Error("the log-in is on this machine, and the registry is not");
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.host));
  if (!isSafe) throw new Error("the log-in is not encrypted");
  return url;
}

function toBasic(credentials: RegistryCredentials | undefined): string | undefined {
  if (credentials === undefined || !("username" in credentials)) return undefined;
  const { username, password } = credentials;
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error("the answer has no end");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** @param host with or without a port */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}
