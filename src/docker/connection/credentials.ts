import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WarmError } from "../../errors.js";
import { askCredentialHelper } from "./credential-helper.js";
import { asText } from "./shape.js";

/** What the daemon's `X-Registry-Auth` header carries. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/** Credentials for a registry host, or undefined when there are none. */
export type FindCredentials = (registry: string) => Promise<RegistryCredentials | undefined>;

/** Of each member only what is of its type is used. */
interface DockerConfig {
  readonly auths?: unknown;
  readonly credsStore?: unknown;
  readonly credHelpers?: unknown;
}

export interface CredentialSettings {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Cloud registries give tokens of some hours: who runs for months asks again. */
const REMEMBERED_MS = 5 * 60_000;

const HUB_KEY = "https://index.docker.io/v1/";

/**
 * Finds a registry's credentials as the docker CLI does: `credHelpers`, then `credsStore`, then `auths` of the
 * Docker config file. An answer is remembered for five minutes, a failure not at all.
 * @throws WarmError `auth-failed` when the file is malformed or a helper fails.
 */
export function createCredentialFinder(settings: CredentialSettings): FindCredentials {
  const { now = Date.now } = settings;
  const found = new Map<
    string,
    { readonly atMs: number; readonly answer: Promise<RegistryCredentials | undefined> }
  >();
  return (registry) => {
    const known = found.get(registry);
    if (known !== undefined && now() < known.atMs + REMEMBERED_MS) return known.answer;
    const answer = findCredentials(registry, settings);
    found.set(registry, { atMs: now(), answer });
    answer.catch(() => found.delete(registry));
    return answer;
  };
}

async function findCredentials(
  registry: string,
  { env, home }: CredentialSettings,
): Promise<RegistryCredentials | undefined> {
  const file = join(env.DOCKER_CONFIG || join(home, ".docker"), "config.json");
  const config = readConfig(file);
  const auths = membersOf(config.auths, `${file}: auths`);
  const helpers = membersOf(config.credHelpers, `${file}: credHelpers`);
  const key = registry === "docker.io" ? HUB_KEY : registry;
  const helper = asText(helpers.get(key)) || asText(helpers.get(registry)) || asText(config.credsStore);
  if (helper) {
    const answer = await askCredentialHelper(helper, key, env);
    if (answer !== undefined) return answer;
  }
  const name = auths.has(key) ? key : [...auths.keys()].find((name) => hostOf(name) === hostOf(key));
  if (name === undefined) return undefined;
  const where = `${file}: auths["${name}"]`;
  return readEntry(membersOf(auths.get(name), where), key, where);
}

/** `auths` has keys with and without a scheme and a path. */
function hostOf(name: string): string {
  return name.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}

/** No file is no log-in; a file that cannot be read may be one, and a pull without it fails for another reason. */
function readConfig(file: string): DockerConfig {
  try {
    const config = JSON.parse(readFileSync(file, "utf8")) as unknown;
    if (typeof config === "object" && config !== null) return config;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    if (code !== undefined) throw malformed(`cannot read the log-ins: ${message}`);
  }
  throw malformed(`${file} is no JSON object`);
}

/** The members of an object; none of what is not there. */
function membersOf(value: unknown, where: string): ReadonlyMap<string, unknown> {
  if (value === undefined || value === null) return new Map();
  if (typeof value !== "object" || Array.isArray(value)) throw malformed(`${where} is no JSON object`);
  return new Map(Object.entries(value));
}

function readEntry(
  entry: ReadonlyMap<string, unknown>,
  serveraddress: string,
  where: string,
): RegistryCredentials | undefined {
  const textOf = (name: string) => asText(entry.get(name));
  const [identitytoken, username, password, auth] = [
    textOf("identitytoken"),
    textOf("username"),
    textOf("password"),
    textOf("auth"),
  ];
  if (identitytoken) return { identitytoken, serveraddress };
  if (username && password) return { username, password, serveraddress };
  // `docker login` with a store leaves an entry with nothing in it.
  if (!auth) return undefined;
  const pair = Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, "");
  const colon = pair.indexOf(":");
  if (colon <= 0) throw malformed(`${where}.auth is not the base64 of \`user:password\``);
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1), serveraddress };
}

function malformed(message: string): WarmError {
  return new WarmError("auth-failed", message, {
    hint: "mend the file, or log in again with `docker login`",
  });
}

/** base64url, as the daemon's API asks for it. */
export function registryAuthHeader(credentials: RegistryCredentials): string {
  return Buffer.from(JSON.stringify(credentials)).toString("base64url");
}
