import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { readText } from "../../config/file/read-text.js";
import { WarmError } from "../../errors.js";
import { digestOf, SCOPES, type Scope, type Token, type Tokens } from "./tokens.js";

/** The environment variable that holds tokens, separated by white space. */
export const TOKENS_VARIABLE = "WARM_API_TOKENS";

const MAX_FILE_BYTES = 64 * 1024;
const MOST_TOLD = 20;
const HINT = `write \`scope:token\` lines (scopes: ${SCOPES.join(", ")}) into a file for \`--token-file\`, or into ${TOKENS_VARIABLE}; \`openssl rand -hex 32\` makes a token`;
const FORM = /^(?:(?<name>[A-Za-z0-9_.-]{1,64})=)?(?<scope>[a-z]+):(?<text>[\x21-\x7e]+)$/;
const LENGTH = { least: 16, most: 512 };

/**
 * Reads who may ask over the network: `scope:token` or `name=scope:token`, one a line of the file (`#` begins a comment), or
 * separated by white space in the environment.
 * @param source.file path; undefined: only the environment
 * @param source.onNote told in a sentence what is no problem and may be meant otherwise
 * @throws WarmError `usage` with every problem at once, never with a token; when there is none at all; for a file that
 * everybody may write to
 */
export async function readTokens({ file, env, onNote }: TokenSource): Promise<Tokens> {
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  // Not to be mended by a note: who writes there lets himself in.
  if (found?.isFile() && (found.mode & 0o002) !== 0)
    throw new WarmError("usage", `the token file ${file} may be written by everybody on this machine`, {
      hint: "`chmod 600` it, and make new tokens if you do not know who has been there",
    });
  const written = [
    ...(file === undefined ? [] : await readLines(file)),
    ...words(env[TOKENS_VARIABLE]).map((text, index) => ({
      text,
      where: `${TOKENS_VARIABLE}, entry ${index + 1}`,
    })),
  ];
  const { tokens, problems } = parseAll(written);
  if (problems.length > 0) throw new WarmError("usage", describe(problems), { hint: HINT });
  if (tokens.length === 0)
    throw new WarmError("usage", "over the network the API answers only to tokens, and there is none", {
      hint: HINT,
    });
  if (found !== undefined && isOpenToOthers(found))
    onNote?.(`others on this machine may read the token file ${file}: \`chmod 600\` keeps it to its owner`);
  return tokens;
}

export interface TokenSource {
  readonly file: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly onNote?: (note: string) => void;
}

function parseAll(written: readonly Written[]): { tokens: Tokens; problems: readonly string[] } {
  const problems: string[] = [];
  const tokens: Token[] = [];
  const seen = new Map<string, string>();
  for (const { text, where } of written) {
    const token = parseToken(text, where);
    if (typeof token === "string") {
      problems.push(`${where}: ${token}`);
      continue;
    }
    const digest = token.digest.toString("hex");
    const before = seen.get(digest);
    // With two scopes it would depend on their order what it may.
    if (before !== undefined) problems.push(`${where}: the token is the same as at ${before}`);
    else tokens.push(token);
    seen.set(digest, where);
  }
  return { tokens, problems };
}

function describe(problems: readonly string[]): string {
  const told = problems.slice(0, MOST_TOLD).join("; ");
  return problems.length > MOST_TOLD ? `${told}; and ${problems.length - MOST_TOLD} more` : told;
}

/** Only of a file that is this user's: who mounts secrets chooses their owner and mode. */
function isOpenToOthers({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & 0o044) !== 0;
}

interface Written {
  readonly text: string;
  readonly where: string;
}

async function readLines(file: string): Promise<Written[]> {
  const result = await readText(file, MAX_FILE_BYTES);
  if ("unreadable" in result)
    throw new WarmError("usage", `the token file ${file} ${result.unreadable.clause}`, { hint: HINT });
  return result.text
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.trim(), where: `${file}:${index + 1}` }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
}

const words = (text = "") => text.split(/\s+/).filter((word) => word !== "");

/** @returns a sentence about what is wrong, without what was written */
function parseToken(written: string, where: string): Token | string {
  const { name = where, scope = "", text = "" } = FORM.exec(written)?.groups ?? {};
  if (text === "") return "is not `scope:token`, or the token has white space or other than ASCII";
  if (!isScope(scope)) return `there is no such scope: use ${SCOPES.join(", ")}`;
  if (text.length < LENGTH.least) return `the token is shorter than ${LENGTH.least} characters`;
  if (text.length > LENGTH.most) return `the token is longer than ${LENGTH.most} characters`;
  return { name, scope, digest: digestOf(text) };
}

const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);
