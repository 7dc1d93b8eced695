import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { copyTemplate } from "./many-templates.js";
import { through } from "./proxied-apply.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "./template-project.js";

const LIMITS = ["resources: { memory: 64MiB, cpus: 0.5, pids: 64 }"];

/** Requests that a plan may cost, however much there is. */
const MOST_REQUESTS = 6;

describe("a host that is warm", () => {
  let sandbox: Sandbox;
  let proxy: FaultProxy;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    proxy = await startFaultProxy(sandbox.socketPath);
    project = await writeTemplateProject(sandbox, { lines: LIMITS });
    await apply(sandbox);
  });
  afterAll(async () => {
    await proxy.stop();
    await sandbox.dispose();
  });

  async function run(...args: readonly string[]): Promise<string> {
    proxy.calls.length = 0;
    const { code, stdout, stderr } = await sandbox.warm(args, through(proxy));
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  }

  it("is planned in at most six requests", async () => {
    expect(await run("plan")).toBe("No changes. 5 resources match warm.yaml.\n");
    expect(proxy.calls.length).toBeLessThanOrEqual(MOST_REQUESTS);
  });

  it.each([
    "apply",
    "apply --auto-approve",
    "validate",
    "plan",
    "plan --out saved.json",
    "plan --destroy",
    "plan --format markdown",
    "plan --offline",
    "drift",
    "snapshot",
    "status",
    "explain ADDRESS",
    "doctor",
    "lock status",
    "graph --current",
    "import --project PROJECT",
  ])("is only read by `warm %s`", async (line) => {
    const words = line
      .replace("ADDRESS", `container.${project.container}`)
      .replace("PROJECT", sandbox.project);
    await run(...words.split(" "));
    expect(proxy.calls.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
    if (line === "validate" || line === "plan --offline") expect(proxy.calls).toEqual([]);
  });

  it("with hundreds of resources is planned in as many requests as with five, limits and all", async () => {
    const copies = await copyTemplate(sandbox, project, 50);
    const templates = [project, ...copies].map(({ id, image, blob }) => [id, { image, blob, lines: LIMITS }]);
    sandbox.writeConfig(projectYaml(sandbox, Object.fromEntries(templates)));
    // The network, and two images, a volume and a container for each template.
    expect(await run("plan")).toBe(`No changes. ${1 + 4 * 51} resources match warm.yaml.\n`);
    expect(proxy.calls.length).toBeLessThanOrEqual(MOST_REQUESTS);
  });
});
