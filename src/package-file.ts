import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/**
 * The text of a file that the package gives to others: `package.json`, or one in schemas/. Found as others find it, by
 * the package's name: where the code that asks stands, in src, in dist or in a bundle, makes no difference.
 */
export function readPackageFile(path: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(`warm/${path}`), "utf8");
}
