import { WarmError } from "../errors.js";
import type { Check } from "../model/check.js";
import { familiarRepository, parseImageRef } from "../model/image-ref.js";
import type { Desired, ImageResource } from "../model/resource.js";
import type { Host } from "./connect.js";
import { registryAuthHeader } from "./credentials.js";
import type { FindCredentials } from "./registry-digest.js";
import { asOptionalArray, asRecord } from "./shape.js";

/**
 * Asks each registry for every declared image, with the credentials that a pull would use: what is denied,
 * missing or built for another platform is told before a pull fails over it. Reads only.
 */
export async function checkRegistries(host: Host, desired: Desired, find: FindCredentials): Promise<Check[]> {
  const images = desired.resources.filter((resource): resource is ImageResource => resource.kind === "image");
  return Promise.all(images.map((image) => checkImage(host, image, find)));
}

async function checkImage(host: Host, image: ImageResource, find: FindCredentials): Promise<Check> {
  const name = `registry ${image.name}`;
  const ref = parseImageRef(image.name);
  if ("problem" in ref) return { name, verdict: "failure", detail: ref.problem };
  try {
    const credentials = await find(ref.domain);
    const headers: Record<string, string> = credentials
      ? { "X-Registry-Auth": registryAuthHeader(credentials) }
      : {};
    const reference = ref.digest === undefined ? `:${ref.tag}` : `@${ref.digest}`;
    const path = `/distribution/${familiarRepository(ref)}${reference}/json`;
    const answer = asRecord(
      await host.reader.getJson(`ask for ${image.name}`, path, { headers }),
      "distribution",
    );
    const login = credentials === undefined ? "without a log-in" : `logged in as ${nameOf(credentials)}`;
    return { name, ...judgePlatforms(host, asOptionalArray(answer.Platforms, "Platforms"), login) };
  } catch (error) {
    const { message, hint } = error instanceof WarmError ? error : new WarmError("internal", String(error));
    return { name, verdict: "failure", detail: message, hint };
  }
}

function nameOf(credentials: object): string {
  return "username" in credentials ? String(credentials.username) : "an identity token";
}

function judgePlatforms({ facts }: Host, platforms: readonly unknown[], login: string): Omit<Check, "name"> {
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
