import type { Binding } from "../../pool/pools.js";
import type { BindingBody } from "../routes/read-binding.js";

/** A binding as JSON can hold it: bytes as base64. */
export function encodeBinding({ env, files }: Binding): BindingBody {
  const encoded = Object.entries(files ?? {}).map(([path, content]) => [path, encode(content)]);
  return {
    ...(env === undefined ? {} : { env }),
    ...(files === undefined ? {} : { files: Object.fromEntries(encoded) }),
  };
}

const encode = (content: string | Uint8Array) =>
  typeof content === "string" ? content : { base64: Buffer.from(content).toString("base64") };
