import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { makePrivateFolder } from "./private-folder.js";
import { makeStateFolder, unwritableState, writeWhole } from "./state-folder.js";

/** A text of warm.yaml that was applied: what there is to go back to. */
export interface GoodRevision {
  /** Hex, of the text. */
  readonly sha256: string;
  readonly text: string;
  /** The file as the user named it. */
  readonly path: string;
  /** Absolute: where relative paths of the text start from. */
  readonly directory: string;
  /** Absolute: where its `dataDir` starts from; undefined where that is `directory`. */
  readonly dataBase?: string | undefined;
  /** The commit that it was read from, hex; undefined for a plain file. */
  readonly commit?: string | undefined;
  /** Which repository, ref and path it is of; undefined for a plain file. Never holds credentials. */
  readonly origin?: string | undefined;
  /** ISO 8601: when it was found applied. */
  readonly at: string;
}

/** A text whose work failed for good: it is not tried again until it changes. */
export interface BadRevision {
  /** Hex, of the text. */
  readonly sha256: string;
  readonly commit?: string | undefined;
  /** Of the error that it failed with. */
  readonly code: string;
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What is remembered of a project's revisions, in its state directory. */
export interface RevisionMemory {
  /** The last one that was applied; undefined before the first. */
  readonly good: GoodRevision | undefined;
  /** Newest first. */
  readonly bad: readonly BadRevision[];
}

const FOLDER = "revisions";
const GOOD_FILE = "good.json";
const BAD_FILE = "bad.json";
const FORMAT = "warm.revisions/1";
const MOST_BAD = 50;

/** Never throws: a memory that is missing, broken or of another version is none. */
export async function readRevisions(stateDir: string): Promise<RevisionMemory> {
  const [good, bad] = await Promise.all([readMember(stateDir, GOOD_FILE), readMember(stateDir, BAD_FILE)]);
  return {
    good: isGood(good) ? good : undefined,
    bad: Array.isArray(bad) ? bad.filter(isBad).slice(0, MOST_BAD) : [],
  };
}

/**
 * This revision is what to go back to from now on. It is bad no more.
 * @throws WarmError `disk-full` or `rejected`: the one before stays then
 */
export async function rememberGood(stateDir: string, revision: GoodRevision): Promise<void> {
  await writeMember(stateDir, GOOD_FILE, revision);
  const { bad } = await readRevisions(stateDir);
  const left = bad.filter(({ sha256 }) => sha256 !== revision.sha256);
  if (left.length < bad.length) await writeMember(stateDir, BAD_FILE, left);
}

/** Another word on the same text takes the place of the first. @throws WarmError `disk-full` or `rejected` */
export async function rememberBad(stateDir: string, revision: BadRevision): Promise<void> {
  const { bad } = await readRevisions(stateDir);
  const others = bad.filter(({ sha256 }) => sha256 !== revision.sha256);
  await writeMember(stateDir, BAD_FILE, [revision, ...others].slice(0, MOST_BAD));
}

/** Everything may be tried again. @throws WarmError `rejected` */
export async function forgetBad(stateDir: string): Promise<void> {
  await rm(pathOf(stateDir, BAD_FILE), { force: true }).catch((cause) => {
    throw unwritableState(stateDir, cause);
  });
}

const pathOf = (stateDir: string, name: string) => join(stateDir, FOLDER, name);

async function readMember(stateDir: string, name: string): Promise<unknown> {
  try {
    const value = JSON.parse(await readFile(pathOf(stateDir, name), "utf8")) as {
      readonly format?: unknown;
      readonly value?: unknown;
    } | null;
    return value?.format === FORMAT ? value.value : undefined;
  } catch {
    return undefined;
  }
}

async function writeMember(stateDir: string, name: string, value: unknown): Promise<void> {
  const path = pathOf(stateDir, name);
  try {
    await makeStateFolder(stateDir);
    await makePrivateFolder(join(stateDir, FOLDER));
    const own = `${process.pid}.${randomBytes(4).toString("hex")}`;
    await writeWhole(path, `${path}.${own}.new`, `${JSON.stringify({ format: FORMAT, value })}\n`);
  } catch (cause) {
    throw unwritableState(stateDir, cause);
  }
}

const isHash = (value: unknown) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isText = (value: unknown) => typeof value === "string";
const isTextOrNone = (value: unknown) => value === undefined || isText(value);

function isGood(value: unknown): value is GoodRevision {
  const { sha256, text, path, directory, dataBase, commit, origin, at } = (value ??
    {}) as Partial<GoodRevision>;
  return (
    isHash(sha256) &&
    [text, path, directory, at].every(isText) &&
    [dataBase, commit, origin].every(isTextOrNone)
  );
}

function isBad(value: unknown): value is BadRevision {
  const { sha256, commit, code, message, at } = (value ?? {}) as Partial<BadRevision>;
  return isHash(sha256) && [code, message, at].every(isText) && isTextOrNone(commit);
}
