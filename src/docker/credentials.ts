import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WarmError } from "../errors.js";

/** What the daemon's `X-Registry-Auth` header carries. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

interface AuthEntry {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

export interface CredentialSettings {
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

const HUB_KEY = "https://index.docker.io/v1/";
const HELPER_DEADLINE_MS = 10_000;

/**
 * Finds a registry's credentials as the docker CLI does: `credHelpers`, then `credsStore`, then `auths` of the
 * Docker config file. Asked once per registry.
 * @throws WarmError `auth-failed` when the file is malformed or a helper fails.
 */
export function createCredentialFinder(settings: CredentialSettings) {
  const found = new Map<string, Promise<RegistryCredentials | undefined>>();
  return (registry: string): Promise<RegistryCredentials | undefined> => {
    const known = found.get(registry) ?? findCredentials(registry, settings);
    found.set(registry, known);
    return known;
  };
}

async function findCredentials(
  registry: string,
  { env, home }: CredentialSettings,
): Promise<RegistryCredentials | undefined> {
  const config = readConfig(join(env.DOCKER_CONFIG || join(home, ".docker"), "config.json"));
  const key = registry === "docker.io" ? HUB_KEY : registry;
  const helper = config.credHelpers?.[key] ?? config.credHelpers?.[registry] ?? config.credsStore;
  if (helper !== undefined && helper !== "") {
    const answer = await askHelper(helper, key, env);
    if (answer !== undefined) return answer;
  }
  const entry = Object.entries(config.auths ?? {}).find(
    ([name]) => registryKey(name) === registryKey(key),
  )?.[1];
  return entry === undefined ? undefined : fromEntry(entry, key);
}

/** `auths` has keys with and without a scheme and a path. */
function registryKey(name: string): string {
  return name.replace(/^https?:\/\//, "").split("/")[0] ?? "";
}

function readConfig(file: string): DockerConfig {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return {};
  }
  try {
    return JSON.parse(text) as DockerConfig;
  } catch {
    throw new WarmError("auth-failed", `${file} is no JSON`, {
      hint: "mend the file, or log in again with `docker login`",
    });
  }
}

function fromEntry(entry: AuthEntry, serveraddress: string): RegistryCredentials | undefined {
  if (entry.identitytoken) return { identitytoken: entry.identitytoken, serveraddress };
  if (entry.username && entry.password)
    return { username: entry.username, password: entry.password, serveraddress };
  const pair = Buffer.from(entry.auth ?? "", "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon <= 0) return undefined;
  return {
    username: pair.slice(0, colon),
    password: pair.slice(colon + 1).replace(/\0+$/, ""),
    serveraddress,
  };
}

/** Protocol of docker-credential-helpers: the server on stdin, JSON on stdout, `<token>` as a token's user name. */
function askHelper(
  helper: string,
  server: string,
  env: NodeJS.ProcessEnv,
): Promise<RegistryCredentials | undefined> {
  const program = `docker-credential-${helper}`;
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) =>
      reject(
        new WarmError("auth-failed", `credential helper \`${program}\`: ${why}`, {
          hint: `try \`echo ${server} | ${program} get\``,
          cause,
        }),
      );
    const child = spawn(program, ["get"], {
      env,
      stdio: ["pipe", "pipe", "ignore"],
      timeout: HELPER_DEADLINE_MS,
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stdin.on("error", () => {});
    child.on("error", (cause) => fail("cannot be started", cause));
    child.on("close", (code, signal) => {
      if (signal !== null) return fail(`no answer within ${HELPER_DEADLINE_MS / 1000} s`);
      if (code !== 0)
        return output.includes("not found") ? resolve(undefined) : fail(`ended with code ${code}`);
      resolve(readHelperAnswer(output, server, fail));
    });
    child.stdin.end(server);
  });
}

function readHelperAnswer(
  output: string,
  serveraddress: string,
  fail: (why: string) => void,
): RegistryCredentials | undefined {
  try {
    const { Username, Secret } = JSON.parse(output) as { Username: string; Secret: string };
    if (Username === "<token>") return { identitytoken: Secret, serveraddress };
    return { username: Username, password: Secret, serveraddress };
  } catch {
    fail("its answer is no JSON");
    return undefined;
  }
}

/** base64url, as the daemon's API asks for it. */
export function registryAuthHeader(credentials: RegistryCredentials): string {
  return Buffer.from(JSON.stringify(credentials)).toString("base64url");
}
