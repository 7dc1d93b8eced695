import { readPackageFile } from "../package-file.js";

export function readVersion(): string {
  return (JSON.parse(readPackageFile("package.json")) as { version: string }).version;
}
