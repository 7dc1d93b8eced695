import { isAllowed, licenceOf } from "./licences.js";
import { type LockedPackage, type LockFile, nameOf } from "./lock-file.js";

/** They build a faster part of themselves, or fetch one, and work without: CI runs none of their scripts. */
const MAY_HAVE_SCRIPTS: ReadonlySet<string> = new Set(["cpu-features", "esbuild", "protobufjs", "ssh2"]);
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;

/**
 * What is wrong with the packages of a lock file, a sentence each: one that is not held by a hash of its content, that does
 * not come from a registry, that runs a script when it is installed, or whose licence is none that was agreed to.
 */
export function findLockProblems(lock: LockFile): string[] {
  return Object.entries(lock).flatMap(([path, entry]) =>
    path === "" ? [] : problemsOf(path, entry).map((problem) => `${path}: ${problem}`),
  );
}

function* found(path: string, entry: LockedPackage): Generator<string> {
  const { resolved, integrity = "", link, dev = false, hasInstallScript } = entry;
  if (link) yield "is a link";
  if (!path.startsWith("node_modules/")) yield "lies outside of node_modules";
  if (!INTEGRITY.test(integrity)) yield "has no SHA-512 of its content";
  if (resolved !== undefined && !isOfRegistry(resolved, nameOf(path)))
    yield `comes from ${resolved}, which is no registry`;
  if (hasInstallScript && !MAY_HAVE_SCRIPTS.has(nameOf(path)))
    yield "runs a script when it is installed, and is not in the list of those that may";
  const licence = licenceOf(path, entry);
  if (licence === undefined) yield "says no licence";
  else if (!isAllowed(licence, dev)) yield `has the licence ${licence}, which is not in the list`;
}

const problemsOf = (path: string, entry: LockedPackage) => [...found(path, entry)];

/** As registries name tarballs: `https://…/<name>/-/<file>.tgz`. */
function isOfRegistry(resolved: string, name: string): boolean {
  const url = URL.canParse(resolved) ? new URL(resolved) : undefined;
  return url?.protocol === "https:" && url.pathname.includes(`/${name}/-/`) && url.pathname.endsWith(".tgz");
}
