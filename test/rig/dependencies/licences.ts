import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LockedPackage } from "./lock-file.js";

/** What may be used, changed and passed on by whoever says whose it is. */
const FREE: ReadonlySet<string> = new Set([
  ...["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Unlicense", "BlueOak-1.0.0"],
  // argparse, which is under Python's own.
  "Python-2.0",
]);
/** Files of theirs that are changed must be given out, or data's maker be named; nobody who installs warm gets any. */
const FREE_TO_BUILD_WITH: ReadonlySet<string> = new Set([...FREE, "MPL-2.0", "CC-BY-4.0"]);

interface OldLicences {
  readonly licenses?: readonly { readonly type?: string }[];
}

/** @returns an SPDX expression; undefined where neither the lock file nor the installed package says any */
export function licenceOf(path: string, { license }: LockedPackage): string | undefined {
  if (license !== undefined) return license;
  const manifest = join(path, "package.json");
  if (!existsSync(manifest)) return undefined;
  const { licenses = [] } = JSON.parse(readFileSync(manifest, "utf8")) as OldLicences;
  return licenses.map(({ type }) => type).join(" OR ") || undefined;
}

/** @param isDev whether only those get it who build warm */
export function isAllowed(licence: string, isDev: boolean): boolean {
  const allowed = isDev ? FREE_TO_BUILD_WITH : FREE;
  return licence.split(" OR ").some((one) => allowed.has(one));
}
