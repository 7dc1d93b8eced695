import type { FoundHost } from "../../model/found-host.js";
import { LABEL } from "../../model/labels.js";
import type { ObservedContainer } from "../../model/observed.js";
import { type ContainerSpec, parseContainerSpec, parseVolumeSpec } from "../../model/spec.js";
import { DEFAULTS } from "../normalize/defaults.js";
import { describeEnv, readVariables, type Variable } from "./describe-env.js";
import type { Described, Entry, EntryRemark } from "./entry.js";
import { type BlobImage, findBlob } from "./find-blob.js";
import type { TemplateFacts } from "./gather-facts.js";
import { type NamedImage, nameImage } from "./name-image.js";
import { restoreId } from "./parse-names.js";
import { actualLimits, writeLimits } from "./write-limits.js";

/** The spec that warm has put on a container, undefined of one that it did not make. */
export function specOf(container: ObservedContainer | undefined): ContainerSpec | undefined {
  return parseContainerSpec(container?.labels[LABEL.spec]);
}

export function variablesOfTemplate({ container }: TemplateFacts, { settings }: FoundHost): Variable[] {
  return readVariables(specOf(container)?.env, settings.get(container?.id ?? "")?.env ?? {});
}

/** What describing a template takes beside what there is of it. */
export interface TemplateSources {
  readonly found: FoundHost;
  /** Of the file. */
  readonly network: string;
  readonly blobs: readonly BlobImage[];
  readonly nameSecret: (variable: Variable) => string;
}

/** A template by what there is of it. */
export function describeTemplate(
  facts: TemplateFacts,
  { found, network, blobs, nameSecret }: TemplateSources,
): Described {
  const { container, volume, tid } = facts;
  const spec = specOf(container);
  const settings = found.settings.get(container?.id ?? "");
  const image = imageOf(container, spec, found);
  const blob = findBlob(facts, image?.reference, found, blobs);
  const mount = spec?.mount ?? parseVolumeSpec(volume?.labels[LABEL.spec])?.mount ?? DEFAULTS.template.mount;
  const port = spec?.port ?? guessPort(settings?.ports ?? []);
  const { env, remarks, leftOut } = describeEnv(variablesOfTemplate(facts, found), nameSecret);
  const resources = settings && writeLimits(actualLimits(settings.limits, spec?.limits));
  const missing = [
    ...(image === undefined ? [tellNoImage(container)] : []),
    ...(blob.reference === undefined ? [blob.missing] : []),
  ];
  const entry: Entry = {
    id: restoreId(tid),
    value: {
      image: image?.reference ?? UNKNOWN,
      blob: blob.reference ?? UNKNOWN,
      ...(port === DEFAULTS.template.port ? {} : { port }),
      ...(mount === DEFAULTS.template.mount ? {} : { mount }),
      ...(env === undefined ? {} : { env }),
      ...(resources === undefined ? {} : { resources }),
    },
    origin: [tellOrigin(facts), ...tellNetwork(container, network)],
    remarks: [
      ...(image === undefined ? [] : tellImage(image)),
      ...(blob.reference !== undefined && blob.remark !== undefined
        ? [{ path: ["blob"], text: blob.remark }]
        : []),
      ...remarks,
    ],
    missing,
    toCheck:
      blob.reference !== undefined && blob.isGuess
        ? [`\`blob\` is a guess by its name: ${blob.reference}`]
        : [],
  };
  return { entry, leftOut };
}

/** Stands for what is not known, in a comment only. */
const UNKNOWN = "???";

function imageOf(
  container: ObservedContainer | undefined,
  spec: ContainerSpec | undefined,
  found: FoundHost,
): NamedImage | undefined {
  if (container === undefined) return undefined;
  if (spec !== undefined) return { reference: spec.image, hasMoved: false };
  return nameImage(container, found.settings.get(container.id)?.image ?? "", found);
}

function tellNoImage(container: ObservedContainer | undefined): string {
  return container === undefined
    ? "its image: there is no container of it"
    : "its image: what its container was made from has no name here";
}

function tellImage({ hasMoved }: NamedImage): EntryRemark[] {
  return hasMoved
    ? [{ path: ["image"], text: "the container runs an older image than this tag names now" }]
    : [];
}

/** cyanprint asks at one port, whatever an image exposes; an image that exposes one other port alone cannot be asked there. */
function guessPort(ports: readonly number[]): number {
  const [only = DEFAULTS.template.port, ...more] = ports;
  return more.length === 0 ? only : DEFAULTS.template.port;
}

function tellOrigin({ container, volume, seeder }: TemplateFacts): string {
  const parts = [
    ...(container === undefined ? [] : [`container ${container.name}`]),
    ...(volume === undefined ? [] : [`volume ${volume.name}`]),
    ...(seeder === undefined ? [] : [`seeding container ${seeder.name}`]),
  ];
  return `From ${parts.join(", ")}; ${tellMakers([container, volume, seeder])}.`;
}

/** Who made some objects, by their labels. */
export function tellMakers(
  objects: readonly ({ readonly labels: Readonly<Record<string, string>> } | undefined)[],
): string {
  const projects = objects.flatMap((object) => (object === undefined ? [] : [object.labels[LABEL.project]]));
  const makers = projects.map((project) =>
    project === undefined ? "cyanprint" : `warm (project ${project})`,
  );
  return `made by ${[...new Set(makers)].sort().join(" and ")}`;
}

function tellNetwork(container: ObservedContainer | undefined, network: string): string[] {
  const names = (container?.networks ?? []).map(({ name }) => name).sort();
  if (names.length === 0 || names.includes(network)) return [];
  return [`It is on the network ${names.join(", ")}, and this file's is ${network}.`];
}
