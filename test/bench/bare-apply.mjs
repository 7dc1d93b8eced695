// @ts-nocheck: plain JavaScript, so that nothing but node and dockerode is loaded; dockerode declares its promises as `void & Promise`.
// The reference of the apply bench: the Docker calls that a project needs, with the same concurrency, by hand.
import { readFileSync } from "node:fs";
import { get } from "node:http";
import Docker from "dockerode";
import pLimit from "p-limit";

const { name, images, blobs, templates } = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
const docker = new Docker({ socketPath: (process.env.DOCKER_HOST ?? "").slice("unix://".length) });
const [pulls, seeds, mutations] = [pLimit(4), pLimit(4), pLimit(8)];

const pull = (image) =>
  pulls(async () => {
    const stream = await docker.pull(image);
    for await (const _chunk of stream);
    return (await docker.getImage(image).inspect()).Id;
  });

const seed = (id, blob) =>
  seeds(async () => {
    const labels = { bare: name };
    const mount = {
      Type: "volume",
      Source: `${name}-${id}`,
      Target: "/workspace/cyanprint",
      VolumeOptions: { Labels: labels },
    };
    const seeder = await docker.createContainer({
      name: `${name}-volume-${id}`,
      Image: blob,
      Labels: labels,
      HostConfig: { NetworkMode: "none", Mounts: [mount] },
    });
    await docker.getVolume(`${name}-${id}`).inspect();
    await seeder.start();
    await seeder.wait();
    await docker.getImage(blob).tag({ repo: "bare-seeded", tag: id });
    await seeder.remove({ force: true });
  });

const isHealthy = (host) =>
  new Promise((resolve) => {
    const call = get({ host, port: 5550, path: "/" }, (answer) => {
      answer.destroy();
      resolve(answer.statusCode === 200);
    });
    call.on("error", () => resolve(false));
  });

async function start(id, image, network) {
  const container = await mutations(() =>
    docker.createContainer({
      name: `${name}-template-${id}`,
      Image: image,
      Labels: { bare: name },
      HostConfig: {
        NetworkMode: network,
        Mounts: [{ Type: "volume", Source: `${name}-${id}`, Target: "/workspace/cyanprint", ReadOnly: true }],
      },
    }),
  );
  await mutations(() => container.start());
  for (;;) {
    const { NetworkSettings } = await container.inspect();
    if (await isHealthy(NetworkSettings.Networks[network]?.IPAddress)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const network = docker.createNetwork({ Name: name, Driver: "bridge", Labels: { bare: name } });
const ids = new Map([...images, ...blobs].map((image) => [image, pull(image)]));
await Promise.all(
  templates.map(async ({ id, image, blob }) => {
    await seed(id, await ids.get(blob));
    await network;
    await start(id, await ids.get(image), name);
  }),
);
