import type { ResultFile } from "../outputs/export-output.js";
import type { Manifest, ResultInputs } from "./data-directory.js";
import { MANIFEST } from "./data-paths.js";

export const MANIFEST_FORMAT = "warm.manifest/1";

type Members = Readonly<Record<string, unknown>>;

/** Says what is wrong with a manifest. */
class ManifestFault extends Error {}

/**
 * Reads a manifest, trusting nothing of it.
 * @param hash of the folder that it lies in
 * @returns what is wrong with it, as the end of a sentence
 */
export function parseManifest(text: string, hash: string): Manifest | { readonly fault: string } {
  try {
    return readManifest(JSON.parse(text), hash);
  } catch (error) {
    if (error instanceof ManifestFault) return { fault: error.message };
    return { fault: "is no JSON" };
  }
}

function readManifest(value: unknown, hash: string): Manifest {
  const members = record(value, "it");
  if (members.format !== MANIFEST_FORMAT)
    throw new ManifestFault("is of a format that this version does not know");
  if (members.hash !== hash) throw new ManifestFault("is the manifest of another result");
  const engines = list(members.engines, "`engines`").map((engine) => text(engine, "`engines`"));
  const timings = numbers(members.timings);
  return {
    format: MANIFEST_FORMAT,
    hash,
    inputs: readInputs(record(members.inputs, "`inputs`")),
    job: text(members.job, "`job`"),
    engines,
    createdAt: text(members.createdAt, "`createdAt`"),
    timings,
    files: readFiles(list(members.files, "`files`")),
  };
}

function readInputs({ pool, key, params, job, image }: Members): ResultInputs {
  const { reference, id } = record(image, "`inputs.image`");
  const given = record(params, "`inputs.params`");
  const isParam = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);
  if (!Object.values(given).every(isParam)) throw new ManifestFault("has an odd parameter");
  return {
    pool: text(pool, "`inputs.pool`"),
    key: text(key, "`inputs.key`"),
    params: given as ResultInputs["params"],
    job: text(job, "`inputs.job`"),
    image: { reference: text(reference, "`inputs.image`"), id: text(id, "`inputs.image`") },
  };
}

function readFiles(values: readonly unknown[]): ResultFile[] {
  const seen = new Set<string>();
  return values.map((value) => {
    const { path, size, sha256 } = record(value, "`files`");
    if (typeof path !== "string" || !isSafePath(path) || seen.has(path))
      throw new ManifestFault("lists a file twice, or one outside its result");
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      throw new ManifestFault("lists a file with an odd size");
    if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
      throw new ManifestFault("lists a file with an odd hash");
    seen.add(path);
    return { path, size: size as number, sha256 };
  });
}

function isSafePath(path: string): boolean {
  if (path.includes("\0") || path === MANIFEST) return false;
  return path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

function record(value: unknown, what: string): Members {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
  throw new ManifestFault(`${what} is no object`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ManifestFault(`${what} is no list`);
}

function text(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  throw new ManifestFault(`${what} has something that is no text`);
}

function numbers(value: unknown): Readonly<Record<string, number>> {
  const members = record(value, "`timings`");
  if (Object.values(members).every((member) => Number.isFinite(member)))
    return members as Record<string, number>;
  throw new ManifestFault("`timings` has something that is no number");
}
