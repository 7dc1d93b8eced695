import { readFileSync } from "node:fs";
import { licenceOf } from "./licences.js";
import { findBrought, type LockFile, readLockFile } from "./lock-file.js";
import { WHY } from "./why.js";

const BEGIN = "<!-- dependencies: made by `npm run docs` -->\n";
const END = "<!-- /dependencies -->";
const HEAD = ["| package | why it is there | licence | maintained by | brings |", "|---|---|---|---|---|"];

/** The README with its tables of dependencies as the lock file and the installed packages have them. */
export function putDependencyTable(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the README has no place for its table: ${BEGIN}${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n${formatTables(readLockFile())}\n\n${readme.slice(end)}`;
}

function formatTables(lock: LockFile): string {
  const { dependencies = {}, devDependencies = {} } = lock[""] ?? {};
  return [
    ...[...HEAD, ...rowsOf(lock, dependencies)],
    ...["", "To build and to test it:", ""],
    ...[...HEAD, ...rowsOf(lock, devDependencies)],
  ].join("\n");
}

const rowsOf = (lock: LockFile, dependencies: Readonly<Record<string, string>>) =>
  Object.keys(dependencies)
    .sort((a, b) => rank(a) - rank(b))
    .map((name) => formatRow(lock, name));

/** As they stand in `why.ts`: what carries the most comes first. */
const rank = (name: string) => Object.keys(WHY).indexOf(name);

function formatRow(lock: LockFile, name: string): string {
  const path = `node_modules/${name}`;
  const why = WHY[name];
  if (why === undefined)
    throw new Error(`${name} is a dependency without a reason in ${import.meta.filename}`);
  const licence = licenceOf(path, lock[path] ?? {}) ?? "none said";
  const { home, maintainer } = readManifest(name);
  const brought = findBrought(lock, path).size;
  const brings = brought === 0 ? "nothing" : `${brought} ${brought === 1 ? "package" : "packages"}`;
  return `| [${name}](${home}) | ${why} | ${licence} | ${maintainer} | ${brings} |`;
}

type Person = string | { readonly name: string };

interface Manifest {
  readonly license?: string;
  readonly author?: Person;
  readonly contributors?: readonly Person[];
  readonly repository?: string | { readonly url: string };
}

/** Who a package says has made it, and where it is kept. */
function readManifest(name: string): { readonly home: string; readonly maintainer: string } {
  const manifest = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")) as Manifest;
  const { author, contributors = [], repository } = manifest;
  const url = typeof repository === "object" ? repository.url : repository;
  const [, place] =
    /(?:^|github(?:\.com[/:]|:))([\w.-]+\/[\w.-]+?)(?:\.git)?(?:\/tree\/.*)?$/.exec(url ?? "") ?? [];
  const person = nameOf(author) || nameOf(contributors[0]);
  const owner = place?.split("/")[0] ?? "";
  const maintainer = [person, owner && `[${owner}](https://github.com/${owner})`].filter(Boolean).join(", ");
  return {
    home: place === undefined ? `https://www.npmjs.com/package/${name}` : `https://github.com/${place}`,
    maintainer: maintainer || `[${name.split("/")[0]}](https://www.npmjs.com/package/${name})`,
  };
}

/** Without addresses, which are nobody's business here. */
const nameOf = (person: Person | undefined = "") =>
  (typeof person === "object" ? person.name : person).replace(/\s*[<(-].*$/, "").trim();
