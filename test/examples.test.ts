import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "./rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "./rig/sandbox.js";

const examples = readdirSync("examples")
  .map((name) => join("examples", name, "warm.yaml"))
  .filter((file) => existsSync(file));
const files = ["warm.yaml", ...examples];

/** How much is missing where nothing is. */
const COUNTS: Readonly<Record<string, number | string>> = {
  // Network, images, volume and container of a template.
  "warm.yaml": 8,
  "examples/minimal/warm.yaml": 5,
  // Beside them a session's two images and volume, and a pool's image and three engines.
  "examples/cyanprint/warm.yaml": 12,
  // Network, image, and the fewest engines that the pool may have: two, and four while its schedule says so.
  "examples/engines/warm.yaml": "(4|6)",
  // Of the second pool no engine, until there is a job.
  "examples/valheim/warm.yaml": 5,
  // Network, one image for both pools, two engines of the one and four of the other.
  "examples/worldgen/warm.yaml": 8,
};

let sandbox: Sandbox;
let proxy: FaultProxy;
beforeAll(async () => {
  sandbox = await createSandbox();
  proxy = await startFaultProxy(sandbox.socketPath);
  // Whatever else runs on this Docker: the examples' names are not the sandbox's.
  const nothing = { images: [], networks: [], containers: [], volumes: { Volumes: [] } };
  for (const [kind, body] of Object.entries(nothing)) {
    const path = new RegExp(`/${kind}(/json)?$`);
    proxy.fault({ match: { path }, action: { kind: "answer", status: 200, body } });
  }
});
afterAll(async () => {
  await proxy.stop();
  await sandbox.dispose();
});

describe.each(files)("%s", (file) => {
  const warm = (...args: string[]) =>
    sandbox.warm(["--file", resolve(file), "--host", `unix://${proxy.socketPath}`, ...args]);

  it("is valid", async () => {
    const { code, stdout } = await warm("validate");
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(new RegExp(`${basename(file)} is valid\\.`));
  });

  it("is planned in full on a host that has nothing of it", async () => {
    const { code, stdout, stderr } = await warm("plan", "--detailed-exitcode");
    expect(code, stderr).toBe(2);
    expect(stdout).toMatch(
      new RegExp(`\\nPlan: ${COUNTS[file]} to create, 0 to replace, 0 to delete, 0 unchanged\\.\\n$`),
    );
  });
});

/** What YAML means, without comments and empty lines. */
const withoutComments = (yaml: string) =>
  yaml
    .split("\n")
    .map((line) => line.replace(/(^|\s+)#.*$/, ""))
    .filter((line) => line !== "")
    .join("\n");

it("the README begins with the minimal example", () => {
  const [, block = ""] = /```yaml\n(.*?)```/s.exec(readFileSync("README.md", "utf8")) ?? [];
  expect(withoutComments(block)).toBe(withoutComments(readFileSync("examples/minimal/warm.yaml", "utf8")));
});
