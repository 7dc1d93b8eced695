import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Call } from "../../rig/fault-rule.js";
import { buildImage, type ImageName } from "../../rig/images.js";
import { pushImage } from "../../rig/push-image.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, expectWarm, proofTags, shellIn } from "../seeding/seeded-template.js";
import { applyThrough, isStep } from "../templates/proxied-apply.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "../templates/template-project.js";

const ALWAYS = ["pull: { policy: always, retries: 0 }"];
const pulling = { method: "POST", path: /\/images\/create$/, query: "fromImage" };

/** What a replacement would change. */
async function identify({ docker }: Sandbox, { container, volume }: TemplateProject) {
  const { Id } = await docker.getContainer(container).inspect();
  const { CreatedAt } = (await docker.getVolume(volume).inspect()) as unknown as { CreatedAt: string };
  return { Id, CreatedAt };
}

/** Moves a tag to an index that is new, with the same image in it for this platform. */
async function moveIndexOnly(
  { registry, id }: Sandbox,
  name: ImageName & ("template" | "blob"),
  version: string,
): Promise<void> {
  const image = await buildImage(name, { salt: id });
  const foreign = await buildImage("wrongPlatform", { salt: id, version });
  await pushImage(registry, `${id}/${name}:1`, [image, foreign]);
}

describe("under `pull.policy: never`", () => {
  it("a missing image is a conflict, and nobody asks a registry", async () => {
    await using sandbox = await createSandbox();
    const project = await writeTemplateProject(sandbox, {}, ["pull: { policy: never }"]);
    const { stdout } = await sandbox.call(["plan"]);
    expect(stdout).toContain(`! image.${project.image}`);
    const { code, stderr, calls } = await applyThrough(sandbox);
    expect(code, stderr).toBe(6);
    expect(stderr).toContain(`${project.image}: pull.policy is never (image-not-found)`);
    expect(calls.filter(isStep(pulling))).toEqual([]);
  });
});

describe("under `pull.policy: always`", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox, {}, ALWAYS);
    await apply(sandbox);
  });
  afterAll(() => sandbox.dispose());

  const isUpToDate = async () => {
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
  };

  it("tags that stand still are no change", isUpToDate);

  it("an index that moved around the same images replaces nothing", async () => {
    const before = await identify(sandbox, project);
    await moveIndexOnly(sandbox, "template", "1");
    await moveIndexOnly(sandbox, "blob", "1");
    const { stdout } = await sandbox.call(["plan", "--format", "json"]);
    expect(stdout.match(/"image-moved"/g)?.length).toBeGreaterThanOrEqual(2);
    await apply(sandbox);
    expect(await identify(sandbox, project)).toEqual(before);
    await isUpToDate();
  });

  it("such an index does not excuse a volume that is not proven", async () => {
    for (const tag of await proofTags(sandbox, project)) await sandbox.docker.getImage(tag).remove();
    await sandbox.docker.getContainer(project.container).remove({ force: true });
    await moveIndexOnly(sandbox, "blob", "2");
    expect(await apply(sandbox)).toMatch(/volume\.\S+: replaced in \S+$/m);
    await expectWarm(sandbox, project);
  });

  it("nor a mount that was changed in the file", async () => {
    await moveIndexOnly(sandbox, "blob", "3");
    const mount = "/workspace/other";
    sandbox.writeConfig(`${project.yaml}    mount: ${mount}\n`);
    const { code } = await sandbox.call(["apply", "--auto-approve"]);
    // The rig's blob unpacks to its own place, so the new mount is seeded with nothing.
    expect(code).toBe(0);
    expect((await shellIn(sandbox, project.container, `ls -A ${mount} | wc -l`)).output.trim()).toBe("0");
    await isUpToDate();
    sandbox.writeConfig(project.yaml);
    await apply(sandbox);
  });

  it("a pull that ends early is no proof that a moved tag was pulled", async () => {
    const before = await identify(sandbox, project);
    await sandbox.image("template", { version: "early" });
    const { code, stderr } = await applyThrough(sandbox, (proxy) =>
      proxy.fault({
        match: isStep(pulling),
        action: { kind: "answer", status: 200, body: '{"status":"Pulling"}\n' },
      }),
    );
    expect(code, stderr).toBe(6);
    expect(stderr).toContain("the tag has not moved (pull-failed)");
    expect(await identify(sandbox, project)).toEqual(before);
  });

  it("a moved tag replaces the container, a moved blob its volume too", async () => {
    const before = await identify(sandbox, project);
    await sandbox.image("template", { version: "2" });
    expect((await sandbox.call(["plan"])).stdout).toContain(`~ image.${project.image}`);
    await apply(sandbox);
    await isUpToDate();
    expect((await shellIn(sandbox, project.container, "cat /rig/version")).output).toContain("template 2");
    expect((await identify(sandbox, project)).CreatedAt).toBe(before.CreatedAt);

    await sandbox.image("blob", { version: "2" });
    expect(await apply(sandbox)).toMatch(/volume\.\S+: replaced/);
    await expectWarm(sandbox, project);
  });
});

describe("`pull.concurrency`", () => {
  it("is how many pulls run side by side, no more and no fewer", async () => {
    await using sandbox = await createSandbox();
    const tags = ["a", "b", "c", "d", "e"];
    const images = await Promise.all(tags.map((tag) => sandbox.image("neverHealthy", { tag })));
    const templates = images.map((image, n) => [sandbox.templateId(`t${n}`), { image, blob: image }]);
    sandbox.writeConfig(projectYaml(sandbox, Object.fromEntries(templates), ["pull: { concurrency: 2 }"]));
    const held: (() => void)[] = [];
    const counts: number[] = [];
    const applying = applyThrough(
      sandbox,
      (proxy) => {
        for (const tag of tags) {
          let release = () => {};
          const until = new Promise<void>((resolve) => (release = resolve));
          const isPull = isStep({ ...pulling, query: `tag=${tag}` });
          const match = (call: Call) => isPull(call) && counts.push(held.push(release)) > 0;
          proxy.fault({ match, action: { kind: "hold", until } });
        }
      },
      images.flatMap((image) => ["--target", `image.${image}`]),
    );
    for (let left = tags.length; left > 0; left -= 1) {
      await vi.waitFor(() => expect(held).toHaveLength(Math.min(left, 2)), { timeout: 20_000 });
      held.shift()?.();
    }
    expect((await applying).code).toBe(0);
    expect(Math.max(...counts)).toBe(2);
  });
});
