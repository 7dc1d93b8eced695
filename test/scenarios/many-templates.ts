import { canonicalJson } from "../../src/model/canonical.js";
import { LABEL } from "../../src/model/labels.js";
import { seedProof } from "../../src/model/seed-proof.js";
import type { Sandbox } from "../rig/sandbox.js";
import type { TemplateProject } from "./template-project.js";

/** Starts do not get faster with more of them side by side. */
const STARTS_AT_ONCE = 8;

/**
 * Makes more templates as warm would have made them, from one that it did make: the volumes empty, each with its
 * proof on the container. A real apply of so many takes too long for a test.
 * @param ids template ids without dashes
 */
export async function copyTemplate(
  { docker, project, prefix }: Sandbox,
  original: TemplateProject,
  ids: readonly string[],
): Promise<void> {
  const container = await docker.getContainer(original.container).inspect();
  const volume = await docker.getVolume(original.volume).inspect();
  const { HostConfig, Config } = container;
  const { [LABEL.specHash]: _changed, ...labels } = Config.Labels;

  async function copy(tid: string): Promise<void> {
    const [volumeName, name] = [`${prefix}-${tid}`, `${prefix}-template-${tid}`];
    const own = (address: string) => ({ [LABEL.project]: project, [LABEL.address]: address });
    const volumeLabels = { ...volume.Labels, ...own(`volume.${volumeName}`) };
    await docker.createVolume({ Name: volumeName, Labels: volumeLabels });
    const { CreatedAt: createdAt } = (await docker.getVolume(volumeName).inspect()) as unknown as {
      CreatedAt: string;
    };
    const blobImageId = volume.Labels[LABEL.blobImage] ?? "";
    const spec = { ...JSON.parse(labels[LABEL.spec] ?? ""), volume: volumeName };
    const { id } = await docker.createContainer({
      name,
      Image: container.Image,
      Labels: {
        ...labels,
        ...own(`container.${name}`),
        [LABEL.spec]: canonicalJson(spec),
        [LABEL.seeded]: seedProof({ tid, name: volumeName, createdAt, blobImageId }),
      },
      HostConfig: { ...HostConfig, Mounts: [{ ...HostConfig.Mounts?.[0], Source: volumeName }] as never },
    });
    await docker.getContainer(id).start();
  }

  const left = [...ids];
  const work = async () => {
    for (let tid = left.pop(); tid !== undefined; tid = left.pop()) await copy(tid);
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, work));
}
