import { canonicalJson } from "../../../src/model/canonical.js";
import { LABEL } from "../../../src/model/labels.js";
import { seedProof } from "../../../src/model/seed-proof.js";
import type { Sandbox } from "../../rig/sandbox.js";
import type { TemplateProject } from "./template-project.js";

/** Starts do not get faster with more of them side by side. */
const STARTS_AT_ONCE = 8;

/** A template with four resources of its own. */
export interface CopiedTemplate {
  readonly id: string;
  readonly image: string;
  readonly blob: string;
}

/**
 * Makes more templates as warm would have made them, from one that it did make: the same images under other tags,
 * empty volumes, each with its proof on the container. A real apply of so many takes too long for a test.
 */
export async function copyTemplate(
  sandbox: Sandbox,
  original: TemplateProject,
  count: number,
): Promise<CopiedTemplate[]> {
  const copies = Array.from({ length: count }, (_, index) => ({
    id: sandbox.templateId(`copy${index}`),
    image: retag(original.image, `copy${index}`),
    blob: retag(original.blob, `copy${index}`),
  }));
  const left = [...copies];
  const work = async () => {
    for (let copy = left.pop(); copy !== undefined; copy = left.pop())
      await makeCopy(sandbox, original, copy);
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, work));
  return copies;
}

const retag = (reference: string, tag: string) => reference.replace(/:[^:/]*$/, `:${tag}`);

async function makeCopy(
  { docker, project, prefix }: Sandbox,
  original: TemplateProject,
  { id, image, blob }: CopiedTemplate,
): Promise<void> {
  const tid = id.replaceAll("-", "");
  const [volumeName, name] = [`${prefix}-${tid}`, `${prefix}-template-${tid}`];
  for (const [from, to] of [
    [original.image, image],
    [original.blob, blob],
  ] as const) {
    const [, repo = "", tag = ""] = /^(.*):([^:]*)$/.exec(to) ?? [];
    await docker.getImage(from).tag({ repo, tag });
  }
  const volume = await docker.getVolume(original.volume).inspect();
  const { HostConfig, Config, Image } = await docker.getContainer(original.container).inspect();
  const identity = (address: string) => ({ [LABEL.project]: project, [LABEL.address]: address });
  const change = (labels: Record<string, string>, changes: Record<string, string>) => ({
    [LABEL.spec]: canonicalJson({ ...JSON.parse(labels[LABEL.spec] ?? "{}"), ...changes }),
  });

  const volumeLabels = {
    ...volume.Labels,
    ...identity(`volume.${volumeName}`),
    ...change(volume.Labels, { blob }),
  };
  await docker.createVolume({ Name: volumeName, Labels: volumeLabels });
  const made = (await docker.getVolume(volumeName).inspect()) as unknown as { CreatedAt: string };
  const blobImageId = volume.Labels[LABEL.blobImage] ?? "";
  const container = await docker.createContainer({
    name,
    Image,
    Labels: {
      ...identity(`container.${name}`),
      ...change(Config.Labels, { image, volume: volumeName }),
      [LABEL.seeded]: seedProof({ tid, name: volumeName, createdAt: made.CreatedAt, blobImageId }),
    },
    HostConfig: { ...HostConfig, Mounts: [{ ...HostConfig.Mounts?.[0], Source: volumeName }] as never },
  });
  await container.start();
}
