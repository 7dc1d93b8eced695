import { execFile } from "node:child_process";
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { SetUpError } from "./run-quietly.mjs";

const run = promisify(execFile);

/**
 * The libraries that a program of unpacked Debian packages loads, its loader among them. That of the packages is asked, which
 * may be another one than this machine's.
 * @param {string} root where the packages are unpacked
 * @param {string} program
 * @returns {Promise<{ path: string, source: string, isLoader: boolean }[]>} each with its place in an image, and where it lies
 * @throws {SetUpError} when a library is in none of the packages
 */
export async function listLibraries(root, program) {
  const folders = ["lib", "usr/lib"]
    .filter((parent) => existsSync(join(root, parent)) && !lstatSync(join(root, parent)).isSymbolicLink())
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .filter((folder) => folder.endsWith("-linux-gnu"));
  const loader = folders
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((file) => /\/ld-linux[^/]*\.so\.\d+$/.test(file));
  if (!loader) throw new SetUpError("the unpacked packages hold no loader");
  // Some keep libraries of their own one folder deeper.
  const all = folders.flatMap((folder) => [folder, join(folder, "systemd")]).filter((one) => existsSync(one));
  const { stdout } = await run(loader, ["--library-path", all.join(":"), "--list", program]);
  const libraries = [...stdout.matchAll(/^\s*(\S+) => (\S+)/gm)].map(([, name = "", source = ""]) =>
    name.startsWith("/")
      ? { path: name.slice(1), source: loader, isLoader: true }
      : { path: `lib/${name}`, source, isLoader: false },
  );
  const foreign = libraries.filter(({ source }) => !source.startsWith(root));
  if (foreign.length > 0)
    throw new SetUpError(`not in the packages: ${foreign.map(({ path }) => path).join(", ")}`);
  return libraries;
}
