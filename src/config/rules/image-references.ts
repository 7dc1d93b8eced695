import { parseImageRef } from "../../model/image-ref.js";
import { type Positions, pointerTo } from "../file/positions.js";
import { type Finding, findingAt } from "../finding.js";
import type { Draft } from "../normalize/raw-config.js";
import { cut } from "../schema/show-value.js";
import type { Rule } from "./rule.js";

const SHA256 = /^sha256:[0-9a-f]{64}$/;
const IMAGE_ID = /^(?:sha256:)?[0-9a-f]{64}$/;

/** Every image reference parses by the distribution grammar, and Docker can pull it. */
export const imageReferences: Rule = function* (draft, positions) {
  for (const [pointer, text] of findReferences(draft)) {
    const finding = checkReference(pointer, text, positions);
    if (finding !== undefined) yield finding;
  }
};

function* findReferences({
  templates,
  sessions,
  engines,
}: Draft): Generator<[pointer: string, text: string]> {
  for (const [id, { image, blob } = {}] of Object.entries(templates ?? {})) {
    if (image !== undefined) yield [pointerTo("templates", id, "image"), image];
    if (blob !== undefined) yield [pointerTo("templates", id, "blob"), blob];
  }
  for (const [id, session = {}] of Object.entries(sessions ?? {})) {
    for (const list of ["processors", "plugins"] as const) {
      for (const [index, text] of (session[list] ?? []).entries()) {
        yield [pointerTo("sessions", id, list, index), text];
      }
    }
  }
  for (const [id, { image } = {}] of Object.entries(engines ?? {})) {
    if (image !== undefined) yield [pointerTo("engines", id, "image"), image];
  }
}

function checkReference(pointer: string, text: string, positions: Positions): Finding | undefined {
  const problem = (message: string, hint: string) =>
    findingAt(positions, pointer, "value", { rule: "image-reference", message, hint });
  if (IMAGE_ID.test(text)) {
    return problem("an image ID cannot be pulled", "write `repository:tag` or `repository@sha256:…`");
  }
  const ref = parseImageRef(text);
  if ("problem" in ref) {
    return problem(`\`${cut(text)}\` ${cut(ref.problem)}`, hintFor(text));
  }
  if (ref.digest?.startsWith("sha256:") && !SHA256.test(ref.digest)) {
    return problem(
      "a sha256 digest has 64 hex digits in lower case",
      "copy the digest from `docker images --digests`",
    );
  }
  return undefined;
}

function hintFor(text: string): string {
  if (/^https?:\/\//.test(text)) return "leave out the `http://`: write `registry:port/repository:tag`";
  if (/\s/.test(text)) return "remove the white space";
  if (/[A-Z]/.test(text))
    return "write the repository in lower case, as in `127.0.0.1:5000/acme/ts-template:1.4.0`";
  return "write `[registry[:port]/]repository[:tag][@digest]`, such as `127.0.0.1:5000/acme/ts-template:1.4.0`";
}
