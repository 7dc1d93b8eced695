import { WarmError } from "../../errors.js";
import type { Binding } from "../../pool/pools.js";
import { exactly } from "./route-tools.js";

/** A binding as it is sent. */
export interface BindingBody {
  readonly env?: Readonly<Record<string, string>>;
  /** Text, or any bytes as base64. */
  readonly files?: Readonly<Record<string, string | { readonly base64: string }>>;
}

/** Of all files of a binding together, bytes. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

const ENV_NAME = "a name of letters, digits and `_` that begins with no digit";

export const BINDING_SCHEMA = exactly({
  env: {
    type: "object",
    maxProperties: 1000,
    propertyNames: { type: "string", pattern: "^[A-Za-z_][A-Za-z0-9_]*$", description: ENV_NAME },
    additionalProperties: { type: "string", pattern: "^[^\\u0000]*$", description: "a text without NUL" },
  },
  files: {
    type: "object",
    maxProperties: 1000,
    propertyNames: {
      type: "string",
      pattern: "^/[^\\u0000]*[^/\\u0000]$",
      description: "the absolute path of a file",
    },
    additionalProperties: {
      type: ["string", "object"],
      properties: { base64: { type: "string" } },
      required: ["base64"],
      additionalProperties: false,
    },
  },
});

/**
 * @param binding has been validated
 * @throws WarmError `usage` when a file is no base64, or the files are too large together
 */
export function readBinding(binding: BindingBody | undefined): Binding | undefined {
  if (binding === undefined) return undefined;
  const { env, files } = binding;
  if (files === undefined) return env === undefined ? {} : { env };
  const entries = Object.entries(files).map(([path, content]): [string, string | Uint8Array] => [
    path,
    typeof content === "string" ? content : decode(path, content.base64),
  ]);
  const bytes = entries.reduce((sum, [, content]) => sum + Buffer.byteLength(content), 0);
  if (bytes > MAX_FILE_BYTES)
    throw new WarmError("usage", `the files to bind have ${bytes} bytes, ${MAX_FILE_BYTES} are possible`, {
      hint: "put large files where the engine can fetch them",
    });
  return { ...(env === undefined ? {} : { env }), files: Object.fromEntries(entries) };
}

/** Node skips what is no base64: only what can be written back was understood. */
function decode(path: string, base64: string): Uint8Array {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") === base64) return bytes;
  throw new WarmError("usage", `body.bind.files.${path}.base64: is no base64 (with padding)`);
}
