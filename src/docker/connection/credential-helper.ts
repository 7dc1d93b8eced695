import { spawn } from "node:child_process";
import { WarmError } from "../../errors.js";
import type { RegistryCredentials } from "./credentials.js";

const DEADLINE_MS = 10_000;
/** The words of docker-credential-helpers' own library; the exit code does not tell it from a failure. */
const NOT_FOUND = /credentials not found/i;

interface HelperAnswer {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Asks a credential helper by the protocol of docker-credential-helpers: the server on stdin, JSON on stdout,
 * `<token>` as a token's user name. What it says on stderr is not shown: it may be a secret.
 * @returns undefined when the helper has nothing for this server.
 * @throws WarmError `auth-failed` when it cannot be run, fails, is silent for 10 s or answers something else.
 */
export async function askCredentialHelper(
  helper: string,
  server: string,
  env: NodeJS.ProcessEnv,
  deadlineMs = DEADLINE_MS,
): Promise<RegistryCredentials | undefined> {
  const program = `docker-credential-${helper}`;
  const fail = (why: string, cause?: unknown) =>
    new WarmError("auth-failed", `credential helper \`${program}\`: ${why}`, {
      hint: `try \`echo ${server} | ${program} get\``,
      cause,
    });
  // No program has such a name, and no system call takes it.
  if (program.includes("\0")) throw fail("cannot be started");
  const { code, output } = await runHelper(program, server, env, deadlineMs, fail);
  if (code === 0) return readAnswer(output, server, fail);
  if (NOT_FOUND.test(output)) return undefined;
  throw fail(`ended with code ${code}`);
}

type Fail = (why: string, cause?: unknown) => WarmError;

function runHelper(
  program: string,
  server: string,
  env: NodeJS.ProcessEnv,
  deadlineMs: number,
  fail: Fail,
): Promise<HelperAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["get"], { env, stdio: ["pipe", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    // A child of the helper may hold its output open: with the deadline, nobody waits for that any more.
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.stdout.destroy();
      reject(fail(`no answer within ${deadlineMs / 1000} s`));
    }, deadlineMs);
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on("error", () => {
      // It may answer without reading.
    });
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(fail("cannot be started", cause));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output: Buffer.concat(chunks).toString("utf8") });
    });
    child.stdin.end(server);
  });
}

/** A helper may also say that it has nothing by an answer with nothing in it. */
function readAnswer(output: string, serveraddress: string, fail: Fail): RegistryCredentials | undefined {
  const { Username: username, Secret: secret } = parseAnswer(output, fail);
  if (typeof username !== "string" || typeof secret !== "string")
    throw fail("its answer lacks `Username` or `Secret`");
  if (secret === "") return undefined;
  if (username === "<token>") return { identitytoken: secret, serveraddress };
  return { username, password: secret, serveraddress };
}

function parseAnswer(output: string, fail: Fail): { Username?: unknown; Secret?: unknown } {
  try {
    const answer = JSON.parse(output) as unknown;
    if (typeof answer === "object" && answer !== null) return answer;
  } catch {
    // Told below, without the text: it may hold a secret, and so does the parser's own message.
  }
  throw fail("its answer is no JSON");
}
