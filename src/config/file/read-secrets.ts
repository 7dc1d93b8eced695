import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { canonicalJson } from "../../model/canonical.js";
import { makeSecret, makeUnknownSecret, type Secret } from "../../model/secret.js";
import { type Finding, findingAt, type Words } from "../finding.js";
import type { Draft, RawEnvValue } from "../normalize/raw-config.js";
import { cut } from "../schema/show-value.js";
import { findClosest } from "../suggest.js";
import { type Positions, pointerTo } from "./positions.js";
import { type ReadResult, readText } from "./read-text.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The secrets of a file by the pointer of their env value. No finding or note ever holds a value. */
export interface Secrets {
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

const MAX_SECRET_BYTES = 64 * 1024;

/** Fetches every `fromEnv` from `env` and every `fromFile` below `directory`, each file once. */
export async function readSecrets(
  draft: Draft,
  positions: Positions,
  { env, directory }: { readonly env: Environment; readonly directory: string },
): Promise<Secrets> {
  const secrets = new Map<string, Secret>();
  const findings: Finding[] = [];
  const notes: string[] = [];
  const files = new Map<string, ReadResult>();
  for (const { pointer, field, source } of findSources(draft)) {
    if (source.fromEnv !== undefined) {
      const value = env[source.fromEnv];
      if (value === undefined)
        findings.push(findingAt(positions, `${pointer}/fromEnv`, "value", explainUnset(source.fromEnv, env)));
      else secrets.set(pointer, makeSecret(value, { env: source.fromEnv }));
      if (value === "") notes.push(`${field}: the variable ${source.fromEnv} is set but empty`);
    } else if (source.fromFile !== undefined) {
      const path = resolve(directory, source.fromFile);
      const result = files.get(path) ?? (await readText(path, MAX_SECRET_BYTES));
      files.set(path, result);
      const words = explainFile(source.fromFile, result);
      if (words !== undefined) findings.push(findingAt(positions, `${pointer}/fromFile`, "value", words));
      else if ("text" in result)
        secrets.set(pointer, makeSecret(result.text.replace(/\r?\n$/, ""), { file: source.fromFile }));
    }
  }
  return { secrets, findings, notes };
}

/**
 * The secrets of a text that somebody has sent, without looking for any: who may send one is not who may read this machine's
 * files and environment.
 */
export function recallSecrets(draft: Draft, known: readonly Secret[]): Secrets {
  const secrets = new Map<string, Secret>();
  const notes: string[] = [];
  for (const { pointer, field, source } of findSources(draft)) {
    const from = sourceOf(source);
    const same = known.find((secret) => canonicalJson(secret.from) === canonicalJson(from));
    if (same === undefined) notes.push(`${field}: its value is not known here, and taken for a new one`);
    secrets.set(pointer, same ?? makeSecret(randomUUID(), from));
  }
  return { secrets, findings: [], notes };
}

/** The secrets of a text that is only held against a snapshot, which has no value of any: none is looked for. */
export function leaveSecretsUnread(draft: Draft): Secrets {
  const secrets = new Map<string, Secret>();
  for (const { pointer, source } of findSources(draft))
    secrets.set(pointer, makeUnknownSecret(sourceOf(source)));
  const notes = secrets.size === 0 ? [] : [describeUnread(secrets.size)];
  return { secrets, findings: [], notes };
}

const describeUnread = (count: number) =>
  count === 1
    ? "the value of its secret is not compared here"
    : `the values of its ${count} secrets are not compared here`;

function sourceOf({ fromEnv, fromFile }: Sourced["source"]): Secret["from"] {
  return fromEnv === undefined ? { file: fromFile ?? "" } : { env: fromEnv };
}

interface Sourced {
  readonly pointer: string;
  readonly field: string;
  readonly source: Exclude<RawEnvValue, string | number | boolean>;
}

function* findSources(draft: Draft): Generator<Sourced> {
  for (const [id, { webhook } = {}] of Object.entries(draft.notify ?? {})) {
    if (typeof webhook !== "object" || webhook === null) continue;
    yield { pointer: pointerTo("notify", id, "webhook"), field: `notify.${id}.webhook`, source: webhook };
  }
  for (const [id, { job } = {}] of Object.entries(draft.engines ?? {})) {
    const { password } = job ?? {};
    if (typeof password !== "object" || password === null) continue;
    const pointer = pointerTo("engines", id, "job", "password");
    yield { pointer, field: `engines.${id}.job.password`, source: password };
  }
  for (const group of ["templates", "engines"] as const) {
    for (const [id, { env } = {}] of Object.entries(draft[group] ?? {})) {
      for (const [name, source] of Object.entries(env ?? {})) {
        if (typeof source !== "object" || source === null) continue;
        yield { pointer: pointerTo(group, id, "env", name), field: `${group}.${id}.env.${name}`, source };
      }
    }
  }
}

function explainUnset(name: string, env: Environment): Words {
  const closest = findClosest(name, Object.keys(env));
  const hint =
    closest === undefined ? `set it: \`export ${cut(name)}=…\`` : `set it, or did you mean \`${closest}\`?`;
  return { rule: "secret-source", message: `the environment variable \`${cut(name)}\` is not set`, hint };
}

function explainFile(path: string, result: ReadResult): Words | undefined {
  if ("unreadable" in result) {
    const { clause, hint } = result.unreadable;
    return { rule: "secret-source", message: `the secret's file \`${cut(path)}\` ${clause}`, hint };
  }
  if (!result.text.includes("\0")) return undefined;
  const message = `the secret's file \`${cut(path)}\` has a NUL byte`;
  return { rule: "secret-source", message, hint: "name a text file: no environment variable can hold a NUL" };
}
