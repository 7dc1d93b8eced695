import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { imageCreated } from "./image.js";

/**
 * Removes what belongs to the sandboxes whose id begins with `prefix`: containers, volumes and networks whose project
 * label or name begins with it, `warm-lock-<prefix>…`, image tags `warm-seeded:…<prefix>…` and
 * `warm-expired:<prefix>…`, and the references to
 * images of repositories that begin with it in any registry. Nothing else is touched.
 *
 * @param prefix at least 6 characters, so that a mistake cannot match half of the host
 * @throws Error when Docker refuses to remove something of ours
 */
export async function removeSandboxObjects(docker: Docker, prefix: string): Promise<void> {
  if (prefix.length < 6) throw new Error(`"${prefix}" is too short to remove by`);
  const isOurs = (names: readonly string[], labels: Record<string, string> | undefined) =>
    [...names, labels?.["warm.project"] ?? ""].some((name) =>
      [prefix, `/${prefix}`, `/warm-lock-${prefix}`].some((start) => name.startsWith(start)),
    );

  const containers = await docker.listContainers({ all: true });
  await removeEach(
    containers.filter(({ Names, Labels }) => isOurs(Names, Labels)),
    ({ Id }) => docker.getContainer(Id).remove({ force: true, v: true }),
  );
  const { Volumes: volumes } = await docker.listVolumes();
  await removeEach(
    volumes.filter(({ Name, Labels }) => isOurs([Name], Labels)),
    ({ Name }) => docker.getVolume(Name).remove(),
  );
  const networks = await docker.listNetworks();
  await removeEach(
    networks.filter(({ Name, Labels }) => isOurs([Name], Labels)),
    ({ Id }) => docker.getNetwork(Id).remove(),
  );
  const images = await docker.listImages();
  const references = images.flatMap(({ RepoTags, RepoDigests }) => [
    ...(RepoTags ?? []),
    ...(RepoDigests ?? []),
  ]);
  const ours = references.filter((reference) => isOurReference(reference, prefix));
  // One by one: of two references to one image, removed at the same time, Docker fails one with a 500.
  for (const reference of ours) {
    // Another sandbox's lock may stand on the empty image that a tombstone keeps.
    const force = reference.startsWith("warm-expired:");
    await removeOne(() => docker.getImage(reference).remove({ force }));
  }
  await removeNamelessImages(docker, prefix);
}

/** Images whose reference has moved on. Their author is the sandbox, so no other one has the same ID. */
async function removeNamelessImages(docker: Docker, prefix: string): Promise<void> {
  const nameless = await docker.listImages({ filters: { dangling: ["true"] } });
  for (const { Id } of nameless.filter(({ Created }) => Created * 1000 === Date.parse(imageCreated))) {
    await removeOne(async () => {
      const { Author } = await docker.getImage(Id).inspect();
      if (Author.startsWith(prefix)) await docker.getImage(Id).remove();
    });
  }
}

function isOurReference(reference: string, prefix: string): boolean {
  if (reference.startsWith("warm-seeded:")) return reference.includes(prefix);
  if (reference.startsWith("warm-expired:")) return reference.startsWith(`warm-expired:${prefix}`);
  return reference.startsWith(prefix) || reference.includes(`/${prefix}`);
}

async function removeEach<T>(things: readonly T[], remove: (thing: T) => Promise<unknown>): Promise<void> {
  await Promise.all(things.map((thing) => removeOne(() => remove(thing))));
}

/** Removing is done when nothing is there any more, whoever removes it: until then its volumes are in use. */
async function removeOne(remove: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; await sleep(50)) {
    try {
      await remove();
      return;
    } catch (error) {
      const { statusCode, message } = error as Error & { statusCode?: number };
      if (statusCode === 404) return;
      if (!message.includes("already in progress") || Date.now() > deadline) throw error;
    }
  }
}
