import type { FoundHost, FoundImage } from "../../model/found-host.js";
import { parseImageRef } from "../../model/image-ref.js";
import { LABEL } from "../../model/labels.js";
import { parseVolumeSpec } from "../../model/spec.js";
import type { TemplateFacts } from "./gather-facts.js";
import { nameImage, referenceOf } from "./name-image.js";

/** Which image filled a template's volume: `remark` says how that is known. */
export type Blob =
  | { readonly reference: string; readonly remark: string | undefined; readonly isGuess: boolean }
  | { readonly reference: undefined; readonly missing: string };

/** An image that may fill volumes. */
export interface BlobImage {
  readonly reference: string;
  /** What its name has in common with that of its template's image. */
  readonly stem: string;
}

/** What every blob image of cyanprint's unpacks; its command says so. */
const ARCHIVE = "cyan.tar.gz";

/**
 * The blob of a template. Warm's label names it, and so does a seeding container that is still there. cyanprint removes that
 * once it is done and writes the image down nowhere: then the names of the blob images on the host are compared.
 * @param image the template container's, if that is known
 */
export function findBlob(
  facts: TemplateFacts,
  image: string | undefined,
  found: FoundHost,
  blobs: readonly BlobImage[],
): Blob {
  const spec = parseVolumeSpec(facts.volume?.labels[LABEL.spec]);
  if (spec !== undefined) return { reference: spec.blob, remark: undefined, isGuess: false };
  const { seeder } = facts;
  const named = seeder && nameImage(seeder, found.settings.get(seeder.id)?.image ?? "", found);
  if (named !== undefined)
    return { reference: named.reference, remark: `by its seeding container ${seeder?.name}`, isGuess: false };
  return guessBlob(image, blobs);
}

function guessBlob(image: string | undefined, blobs: readonly BlobImage[]): Blob {
  const stem = image === undefined ? undefined : stemOf(image);
  const alike = blobs.filter((one) => one.stem === stem);
  const sameTag = alike.filter(({ reference }) => tagOf(reference) === tagOf(image ?? ""));
  const [guess, ...more] = sameTag.length > 0 ? sameTag : alike;
  if (guess !== undefined && more.length === 0)
    return { reference: guess.reference, remark: "a guess by its name: please check", isGuess: true };
  const choice = (alike.length > 0 ? alike : blobs).map(({ reference }) => reference);
  const which = choice.length === 0 ? "this host has no blob image" : `perhaps one of ${listSome(choice)}`;
  return { reference: undefined, missing: `which image filled its volume: ${which}` };
}

const MOST_NAMED = 5;

function listSome(references: readonly string[]): string {
  const named = references.slice(0, MOST_NAMED).join(", ");
  return references.length > MOST_NAMED ? `${named} and ${references.length - MOST_NAMED} more` : named;
}

/** The images that cyanprint has labelled and that are blobs by their command or their name, by reference. */
export function findBlobImages({ images }: FoundHost): BlobImage[] {
  const blobs = images
    .filter(({ labels }) => labels[LABEL.cyanprint] === "true")
    .flatMap((image): BlobImage[] => {
      const reference = referenceOf(image);
      if (reference === undefined || !isBlob(image, reference)) return [];
      return [{ reference, stem: stemOf(reference) }];
    });
  return blobs.sort((a, b) => (a.reference < b.reference ? -1 : 1));
}

function isBlob({ command = [] }: FoundImage, reference: string): boolean {
  return command.some((word) => word.includes(ARCHIVE)) || wordsOf(reference).includes("blob");
}

const KINDS = ["template", "templates", "blob", "script", "image", "cyan"];

/** What a template's image and its blob have in common: all words of the repository that do not say which of them it is. */
function stemOf(reference: string): string {
  return wordsOf(reference)
    .filter((word) => !KINDS.includes(word))
    .join("/");
}

function wordsOf(reference: string): string[] {
  const ref = parseImageRef(reference);
  return "problem" in ref ? [reference] : [ref.domain, ...ref.path.split(/[-_./]+/)];
}

function tagOf(reference: string): string {
  const ref = parseImageRef(reference);
  return "problem" in ref ? "" : (ref.tag ?? ref.digest ?? "");
}
