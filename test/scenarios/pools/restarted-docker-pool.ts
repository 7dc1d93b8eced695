import assert from "node:assert/strict";
import { startDaemon } from "../../rig/docker-daemon.js";
import { createSandbox } from "../../rig/sandbox.js";
import { keepPool, RESET } from "./kept-pool.js";
import { codeOf, release, shell } from "./pool-clients.js";

/** What `pool-docker-restarts.test.ts` runs in namespaces of its own; ends with an error if anything is not as it says. */
const daemon = await startDaemon({ cgroup: process.env.WARM_RIG_CGROUP ?? "" });
process.env.WARM_TEST_RUN = "wrest";
process.env.WARM_TEST_DOCKER_SOCKET = daemon.socketPath;
process.env.WARM_TEST_REGISTRY = "127.0.0.1:1";
// There is no registry: the image is loaded by another sandbox, which outlives the pool.
const images = await createSandbox();
const image = await images.image("engine", { to: "load" });
// Young engines that die with their Docker are not to count as ones that cannot be started.
const pool = await keepPool({ size: 2, image, lines: [RESET, "breaker: { failures: 100 }"] });
for (const how of ["graceful", "crash"] as const) {
  await pool.ready(2);
  const lease = await pool.lease({ holder: "ci-17" });
  const since = pool.watching.lines().length;
  await daemon.restart(how);
  // Docker does not start engines again by itself: whoever has them is told, and they are replaced.
  await pool.watching.line(({ msg, holder }) => msg === "lease lost" && holder === "ci-17", since);
  assert.equal(await codeOf(pool.client.renew(lease.id, lease.fence)), "lease-ended", how);
  const next = await pool.lease();
  assert.notEqual(next.container.id, lease.container.id, how);
  assert.equal((await shell(pool, next, "echo lives")).stdout, "lives\n", how);
  await release(pool, next);
  await pool.ready(2);
  const errors = pool.watching
    .lines()
    .slice(since)
    .filter(({ level }) => level === "error");
  assert.deepEqual(errors, [], how);
}
await pool[Symbol.asyncDispose]();
await images.dispose();
await daemon.stop();
