import assert from "node:assert/strict";
import { startDaemon } from "../../rig/docker-daemon.js";
import { createSandbox } from "../../rig/sandbox.js";
import { projectYaml } from "../templates/template-project.js";
import { countOf, eventually, isRunning, namesOf, told, watch } from "./watched-project.js";

/** What `watch-docker-restarts.test.ts` runs in namespaces of its own; ends with an error if anything is not as it says. */
const daemon = await startDaemon({ cgroup: process.env.WARM_RIG_CGROUP ?? "" });
process.env.WARM_TEST_RUN = "wrest";
process.env.WARM_TEST_DOCKER_SOCKET = daemon.socketPath;
process.env.WARM_TEST_REGISTRY = "127.0.0.1:1";
const sandbox = await createSandbox();
const image = await sandbox.image("template", { to: "load" });
const blob = await sandbox.image("blob", { to: "load" });
const { id, container, address } = namesOf(sandbox, "one");
sandbox.writeConfig(projectYaml(sandbox, { [id]: { image, blob } }, ["interval: 1m"]));
const watching = watch(sandbox);
await watching.line((line) => line.msg === "change applied" && line.address === address);

for (const how of ["graceful", "crash"] as const) {
  await watching.quiet();
  const since = watching.lines().length;
  await daemon.restart(how);
  await watching.line(({ msg }) => msg === "host back", since);
  await eventually(
    () => isRunning(sandbox, container),
    () => `${how}: not healed:\n${watching.warm.output.stderr}`,
    15_000,
  );
  await watching.quiet();
  const lines = watching.lines().slice(since);
  process.stderr.write(
    `${told(lines)
      .map((line) => `${how}: ${JSON.stringify(line)}\n`)
      .join("")}`,
  );
  assert.equal(countOf(watching, "host away", since), 1, how);
  assert.equal(countOf(watching, "host back", since), 1, how);
  assert.deepEqual(
    told(lines).filter(({ level }) => level === "error"),
    [],
  );
  assert(
    countOf(watching, "pass done", since) <= 20,
    `${how}: ${countOf(watching, "pass done", since)} passes`,
  );
  assert((await sandbox.warm(["plan"])).stdout.includes("No changes."), how);
}
assert.equal((await watching.stop()).code, 0);
await sandbox.dispose();
await daemon.stop();
