import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WarmError } from "../../errors.js";

export interface TlsFiles {
  /** Undefined trusts the certificate authorities that node trusts. */
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly rejectUnauthorized: boolean;
}

/**
 * The client's certificates, by the docker CLI's file names; a missing one is left out.
 * @throws WarmError `usage` for one that is there and cannot be read.
 */
export function readTlsFiles(directory: string, rejectUnauthorized = true): TlsFiles {
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readIfThere(join(directory, name)));
  return { ca, cert, key, rejectUnauthorized };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new WarmError("usage", `cannot read ${path}: ${message}`, { cause });
  }
}
