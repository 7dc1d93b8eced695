// @ts-nocheck: plain JavaScript, so that nothing but node and dockerode is loaded.
// The reference of the fill bench: create and start so many engines by hand, and wait for their log's word.
import Docker from "dockerode";
import pLimit from "p-limit";

const [name, image, count] = process.argv.slice(2);
const docker = new Docker({ socketPath: (process.env.DOCKER_HOST ?? "").slice("unix://".length) });
const turns = pLimit(8);

async function untilReady(container) {
  const stream = await container.logs({ follow: true, stdout: true, stderr: true });
  await new Promise((resolve) => {
    stream.on("data", (chunk) => {
      if (chunk.includes("Game server connected")) resolve();
    });
  });
  stream.destroy();
}

const startedAt = performance.now();
const network = await docker.createNetwork({ Name: name, Driver: "bridge" });
await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const container = await turns(async () => {
      const made = await docker.createContainer({
        name: `${name}-${index}`,
        Image: image,
        HostConfig: { NetworkMode: network.id, Memory: 64 * 2 ** 20, MemorySwap: 64 * 2 ** 20 },
      });
      await made.start();
      return made;
    });
    await untilReady(container);
  }),
);
process.stdout.write(String(performance.now() - startedAt), () => process.exit(0));
