import { type ErrorCode, toWarmError, type WarmError } from "../../errors.js";
import type { Check } from "../../model/check.js";
import { familiarRepository, type ImageRef, parseImageRef } from "../../model/image-ref.js";
import type { ObservedImage } from "../../model/observed.js";
import type { Desired, ImageResource } from "../../model/resource.js";
import type { Host } from "../connection/connect.js";
import {
  type FindCredentials,
  type RegistryCredentials,
  registryAuthHeader,
} from "../connection/credentials.js";
import { asOptionalArray, asRecord } from "../connection/shape.js";

type Finding = Omit<Check, "name">;

/**
 * Asks each registry for every declared image, with the credentials that a pull would use: what is denied,
 * missing or built for another platform is told before a pull fails over it. Reads only.
 * @param images what is on the host: where it is not pulled anew, a registry without it is only worth a warning
 */
export async function checkRegistries(
  host: Host,
  { resources, pull }: Desired,
  find: FindCredentials,
  images: readonly ObservedImage[] = [],
): Promise<Check[]> {
  const wanted = resources.filter((resource): resource is ImageResource => resource.kind === "image");
  return Promise.all(
    wanted.map(async (image) => {
      const finding = await checkImage(host, image, find);
      const isHere = images.some(({ keys }) => keys.includes(image.lookup));
      const isNeeded = !isHere || pull.policy === "always";
      const name = `registry ${image.name}`;
      if (finding.verdict !== "failure" || isNeeded) return { name, ...finding };
      return { name, ...finding, verdict: "warning", detail: `is on the host, but ${finding.detail}` };
    }),
  );
}

async function checkImage(host: Host, image: ImageResource, find: FindCredentials): Promise<Finding> {
  const ref = parseImageRef(image.name);
  if ("problem" in ref) return { verdict: "failure", detail: ref.problem };
  let login: string | undefined;
  const what = `ask for ${image.name}`;
  try {
    const credentials = await find(ref.domain);
    login = credentials === undefined ? "without a log-in" : `with the log-in ${nameOf(credentials)}`;
    const answer = await askRegistry(host, what, ref, credentials);
    return judgePlatforms(host, asOptionalArray(answer.Platforms, "Platforms"), login);
  } catch (error) {
    const failure = toWarmError(error);
    if (login === undefined) return { verdict: "failure", detail: failure.message, hint: failure.hint };
    return explainRefusal(failure, what, ref, login);
  }
}

async function askRegistry(
  { reader }: Host,
  what: string,
  ref: ImageRef,
  credentials: RegistryCredentials | undefined,
): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = credentials
    ? { "X-Registry-Auth": registryAuthHeader(credentials) }
    : {};
  const reference = ref.digest === undefined ? `:${ref.tag}` : `@${ref.digest}`;
  const path = `/distribution/${familiarRepository(ref)}${reference}/json`;
  return asRecord(await reader.getJson(what, path, { headers, about: "registry" }), "distribution");
}

function nameOf(credentials: RegistryCredentials): string {
  return "username" in credentials ? `of ${credentials.username}` : "by an identity token";
}

const CLAUSES: Partial<Readonly<Record<ErrorCode, string>>> = {
  "auth-failed": "the registry refuses it",
  "image-not-found": "the registry has no such image",
  "registry-unreachable": "the Docker host cannot reach the registry",
  "rate-limited": "the registry has had enough of us for now",
};

/** Says in our words what it means, and in the daemon's what happened. */
function explainRefusal(error: WarmError, what: string, { domain }: ImageRef, login: string): Finding {
  const said = error.message.startsWith(`${what}: `) ? error.message.slice(what.length + 2) : error.message;
  const clause = CLAUSES[error.code];
  const detail = clause === undefined ? said : `${clause}, asked ${login}: ${said}`;
  const hint = error.code === "auth-failed" ? `\`docker login ${domain}\`` : error.hint;
  return { verdict: "failure", detail, hint };
}

function judgePlatforms({ facts }: Host, platforms: readonly unknown[], login: string): Finding {
  const known = platforms
    .map((item) => asRecord(item, "Platforms"))
    .filter(({ os }) => typeof os === "string" && os !== "unknown");
  const isFit =
    known.length === 0 ||
    known.some(({ os, architecture }) => os === facts.os && architecture === facts.arch);
  if (isFit) return { verdict: "ok", detail: `can be pulled, ${login}` };
  const built = known.map(({ os, architecture }) => `${os}/${architecture}`).join(", ");
  return { verdict: "failure", detail: `built for ${built}, this host is ${facts.os}/${facts.arch}` };
}
