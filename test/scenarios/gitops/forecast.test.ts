import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Forecast } from "../../../src/model/forecast.js";
import type { PlanDocument } from "../../../src/model/plan-document.js";
import { buildImage } from "../../rig/images.js";
import { pushImage } from "../../rig/push-image.js";
import { registryLogin, startRegistry } from "../../rig/registry.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { projectYaml, writeTemplateProject } from "../templates/template-project.js";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.dispose());

async function forecast(env: Record<string, string> = {}): Promise<Forecast> {
  const { code, stdout, stderr } = await sandbox.call(["plan", "--format", "json"], { env });
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as PlanDocument).forecast as Forecast;
}

const sizeOf = ({ layers }: { readonly layers: readonly { readonly blob: Buffer }[] }) =>
  layers.reduce((sum, { blob }) => sum + blob.length, 0);

it("a plan tells the bytes of a pull, those that are new to the host, and the disk's room", async () => {
  const project = await writeTemplateProject(sandbox);
  const first = await forecast();
  const sizes = new Map(first.pulls.map(({ address, bytes }) => [address, bytes]));
  const [template, blob] = await Promise.all([
    buildImage("template", { salt: sandbox.id }),
    buildImage("blob", { salt: sandbox.id }),
  ]);
  expect(sizes.get(`image.${project.image}`)).toBe(sizeOf(template));
  expect(sizes.get(`image.${project.blob}`)).toBe(sizeOf(blob));
  // Both have the busybox layer, which is sent once.
  const all = first.pulls.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const fresh = first.pulls.reduce((sum, { newBytes = 0 }) => sum + newBytes, 0);
  expect(fresh).toBeLessThan(all);
  expect(first.disk?.freeBytes).toBeGreaterThan(0);
  expect(first.disk?.neededBytes).toBe(3 * fresh);
  expect((await sandbox.call(["plan"])).stdout).toMatch(
    /\n {2}pulls \S+ MB, \S+ \S+ of it new to the host \(\S+ GB free at \//,
  );

  await apply(sandbox);
  expect((await forecast()).pulls).toEqual([]);
  const next = await sandbox.image("template", { tag: "2", version: "2" });
  sandbox.writeConfig(project.yaml.replace(project.image, next));
  const [pull] = (await forecast()).pulls;
  expect(pull?.address).toBe(`image.${next}`);
  // The busybox layer is there from the first tag; the layer with the version is not.
  expect(pull?.newBytes).toBeGreaterThan(0);
  expect(pull?.newBytes).toBeLessThan((pull?.bytes ?? 0) / 2);
});

it("sizes come from a registry that wants a log-in too, and a registry that is away costs no plan", async () => {
  const registry = await startRegistry({ withLogin: true });
  try {
    const image = `${registry.host}/${sandbox.id}/template:1`;
    await pushImage(registry, `${sandbox.id}/template:1`, await buildImage("template", { salt: sandbox.id }));
    sandbox.writeConfig(
      projectYaml(sandbox, { [sandbox.templateId()]: { image, blob: "127.0.0.1:1/nobody/answers:1" } }),
    );
    const dir = join(sandbox.dir, "login");
    mkdirSync(dir);
    const auth = Buffer.from(`${registryLogin.username}:${registryLogin.password}`).toString("base64");
    writeFileSync(join(dir, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const known = (await forecast({ DOCKER_CONFIG: dir })).pulls;
    expect(known.map(({ address, bytes }) => [address, bytes === undefined])).toEqual([
      ["image.127.0.0.1:1/nobody/answers:1", true],
      [`image.${image}`, false],
    ]);
    expect((await forecast()).pulls.every(({ bytes }) => bytes === undefined)).toBe(true);
  } finally {
    await registry.stop();
  }
});

it("what does not serve meanwhile, and what is lost, is told in the plan and in the comment", async () => {
  const project = await writeTemplateProject(sandbox, { lines: ["health: { timeout: 45s }"] });
  const session = "work";
  const sessions = `sessions:\n  ${session}: { template: ${project.id} }\n`;
  sandbox.writeConfig(`${project.yaml}${sessions}`);
  await apply(sandbox);
  const blob = await sandbox.image("blob", { tag: "2", version: "2" });
  sandbox.writeConfig(`prune: all\n${project.yaml.replace(project.blob, blob)}`);
  const { downtime, dataLoss } = await forecast();
  expect(downtime).toEqual([
    { address: `container.${project.container}`, cause: "seeded-anew", atMostMs: 45_000 },
  ]);
  expect(dataLoss).toEqual([`volume.${project.volume}-${session}`]);
  const text = (await sandbox.call(["plan"])).stdout;
  expect(text).toContain(
    "does not serve while its volume is filled, and then at most 45.0s until it is healthy",
  );
  const comment = (await sandbox.call(["plan", "--format", "markdown"])).stdout;
  expect(comment).toMatch(/> \[!CAUTION\]\n> \*\*1 deletion, 2 replacements\*\*/);
  expect(comment).toContain("is lost with all that is in it");
});

it("drift is told with how much of it came from outside, as text and as an issue", async () => {
  const project = await writeTemplateProject(sandbox);
  await apply(sandbox);
  const clean = await sandbox.call(["drift", "--detailed-exitcode"]);
  expect(clean).toMatchObject({ code: 0, stdout: "No drift. 5 resources match warm.yaml.\n" });
  await sandbox.docker.getContainer(project.container).kill();
  const { code, stdout } = await sandbox.call(["drift", "--detailed-exitcode"]);
  expect(code).toBe(2);
  expect(stdout).toMatch(
    /\nDrift: 1 of 5 resources differs from warm.yaml, 1 of them changed outside warm.\n$/,
  );
  const issue = await sandbox.call([
    "drift",
    "--format",
    "markdown",
    "--environment",
    "prod",
    "--detailed-exitcode",
  ]);
  expect(issue.code).toBe(2);
  expect(issue.stdout.split("\n")[0]).toBe(
    `<!-- warm:drift project=${sandbox.project} file=warm.yaml environment=prod -->`,
  );
  expect(issue.stdout).toContain("| `>` | `container.");
});
