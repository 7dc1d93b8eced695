import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { dockerOn } from "./docker-client.js";
import { startDaemon } from "./docker-daemon.js";
import { buildImage } from "./images.js";
import { loadImage } from "./load-image.js";

/** What `docker-daemon.test.ts` runs in namespaces of its own; ends with an error if anything is not as it says. */
const cgroup = process.env.WARM_RIG_CGROUP ?? "";
const daemon = await startDaemon({ cgroup });
const docker = dockerOn(daemon.socketPath);
await loadImage(docker, "life:1", await buildImage("neverHealthy", {}));
const container = await docker.createContainer({ Image: "life:1", HostConfig: { Memory: 64 * 2 ** 20 } });
await container.start();
assert((await container.inspect()).State.Running);

for (const how of ["graceful", "crash"] as const) {
  const before = daemon.pid;
  await daemon.restart(how);
  assert.notEqual(daemon.pid, before, how);
  assert.equal((await docker.listContainers({ all: true })).length, 1, `data survives: ${how}`);
  await container.start();
}

await daemon.stop();
assert(!existsSync(dirname(daemon.socketPath)), "its directory is gone");
assert(!existsSync(`/sys/fs/cgroup/memory/${cgroup}`), "its cgroup is gone (v1)");
assert(!existsSync(`/sys/fs/cgroup/${cgroup}`), "its cgroup is gone (v2)");
