import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WarmError } from "../../errors.js";
import { readTlsFiles, type TlsFiles } from "./tls-files.js";

export interface ContextEndpoint {
  readonly host: string;
  /** Undefined when the context has no TLS material. */
  readonly tls: TlsFiles | undefined;
}

/**
 * The name in `currentContext` of the Docker config file; undefined when there is none.
 * @throws WarmError `usage` when the file cannot be understood: the daemon that it names would be missed.
 */
export function readCurrentContext(configDir: string): string | undefined {
  const file = join(configDir, "config.json");
  try {
    const config = JSON.parse(readFileSync(file, "utf8")) as { currentContext?: unknown } | null;
    const name = config?.currentContext;
    return typeof name === "string" && name !== "" ? name : undefined;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    // A parser's message quotes the text, which holds passwords.
    const why = cause instanceof SyntaxError ? "it is no JSON" : message;
    throw new WarmError("usage", `cannot read the current docker context from ${file}: ${why}`, {
      hint: "mend the file, or name the daemon with `--host`",
    });
  }
}

/**
 * Reads a context from the docker CLI's store (`contexts/meta/<sha256 of the name>/meta.json`).
 * @throws WarmError `usage` when there is no such context or it names no Docker endpoint.
 */
export function readContext(configDir: string, name: string): ContextEndpoint {
  const id = createHash("sha256").update(name).digest("hex");
  const file = join(configDir, "contexts", "meta", id, "meta.json");
  const endpoint = readMeta(file, name);
  if (typeof endpoint?.Host !== "string") {
    throw new WarmError("usage", `docker context \`${name}\` names no Docker endpoint (${file})`);
  }
  const tls = readTlsFiles(join(configDir, "contexts", "tls", id, "docker"), endpoint.SkipTLSVerify !== true);
  const hasTls = tls.ca !== undefined || tls.cert !== undefined || endpoint.SkipTLSVerify === true;
  return { host: endpoint.Host, tls: hasTls ? tls : undefined };
}

function readMeta(file: string, name: string): { Host?: unknown; SkipTLSVerify?: unknown } | undefined {
  try {
    const meta = JSON.parse(readFileSync(file, "utf8")) as { Endpoints?: { docker?: { Host?: unknown } } };
    return meta?.Endpoints?.docker;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "does not exist" : `cannot be read from ${file}`;
    throw new WarmError("usage", `docker context \`${name}\` ${why}`, {
      hint: "`docker context ls` lists the contexts that there are",
      cause,
    });
  }
}
