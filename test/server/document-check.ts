import { Ajv2020 } from "ajv/dist/2020.js";
import { type ApiDocument, findOperation, type JsonSchema } from "./api-document.js";
import type { Answer } from "./served-pools.js";

/** What an answer has that the document does not say of that route and status; empty when all is told. */
export type FindLies = (method: string, path: string, answer: Omit<Answer, "json">) => unknown[];

export function createDocumentCheck(document: ApiDocument): FindLies {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(closed(document), "document");
  return (method, asked, { status, headers, text }) => {
    const { path, responses } = findOperation(document, method, asked);
    const key = String(status) in responses ? String(status) : `${String(status)[0]}XX`;
    const { content = {} } = responses[key] ?? {};
    const [type = ""] = (headers["content-type"] ?? "").split(";");
    if (Object.keys(content).length === 0) return text === "" ? [] : ["there is a body"];
    if (!(type in content)) return [`the type ${type} is not told`];
    if (!type.endsWith("json")) return [];
    const steps = ["paths", path, method.toLowerCase(), "responses", key, "content", type, "schema"];
    const validate = ajv.getSchema(`document#/${steps.map(escapeStep).join("/")}`);
    if (validate === undefined) return ["there is no schema"];
    return validate(JSON.parse(text)) ? [] : (validate.errors ?? []);
  };
}

const escapeStep = (step: string) => encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"));

/** The document such that what an object does not tell of its members counts as a lie. */
function closed(document: ApiDocument): JsonSchema {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    const { type } = value as { type?: unknown };
    const isOpen = type === "object" && "properties" in value && !("additionalProperties" in value);
    return isOpen ? { ...value, additionalProperties: false } : value;
  }) as JsonSchema;
}
