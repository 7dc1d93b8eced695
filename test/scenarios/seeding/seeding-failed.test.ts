import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeImage, makeLayer } from "../../rig/image.js";
import { pushImage } from "../../rig/push-image.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { applyHeldAt, applyThrough, isStep } from "../templates/proxied-apply.js";
import { projectYaml, writeTemplateProject } from "../templates/template-project.js";
import { apply, expectWarm, ownedNames, proofTags, pruneContainers } from "./seeded-template.js";

const APPLY = ["apply", "--auto-approve"];
const creating = (name: string) => ({
  method: "POST",
  path: /\/containers\/create$/,
  query: `name=${name}`,
});

describe("a seeding that fails", () => {
  let images: Sandbox;
  let image: string;
  let blob: string;
  beforeAll(async () => {
    images = await createSandbox();
    image = await images.image("template", { to: "both" });
    blob = await images.image("blob", { to: "both" });
  });
  afterAll(() => images.dispose());

  it("tells the blob's last words, leaves nothing, lets the rest be done, and is finished by a good blob", async () => {
    await using sandbox = await createSandbox();
    const badBlob = await sandbox.image("blobFailsHalfway");
    const good = await writeTemplateProject(sandbox, { image, blob, id: sandbox.templateId("good") });
    const bad = await writeTemplateProject(sandbox, { image, blob: badBlob, id: sandbox.templateId("bad") });
    sandbox.writeConfig(
      projectYaml(sandbox, { [good.id]: { image, blob }, [bad.id]: { image, blob: badBlob } }),
    );

    const { code, stderr } = await sandbox.call(APPLY);
    expect(code, stderr).toBe(6);
    expect(stderr).toContain(`volume.${bad.volume}: failed: `);
    expect(stderr).toContain("exit code 3");
    const words = stderr.split("\n").flatMap((line) => /^ +(unpacking: .*)/.exec(line)?.[1] ?? []);
    expect(words).toEqual([
      "unpacking: first half done",
      "unpacking: unexpected end of file",
      "unpacking: giving up",
    ]);
    expect(await ownedNames(sandbox)).toEqual([good.container, good.volume].sort());
    expect(await proofTags(sandbox, bad)).toEqual([]);

    sandbox.writeConfig(projectYaml(sandbox, { [good.id]: { image, blob }, [bad.id]: { image, blob } }));
    await apply(sandbox);
    await expectWarm(sandbox, good, bad);
  });

  it("says that a blob image has no command", async () => {
    await using sandbox = await createSandbox();
    const layer = await makeLayer([{ path: "cyan.txt", content: "no program" }]);
    const dumb = await pushImage(
      sandbox.registry,
      `${sandbox.id}/dumb:1`,
      makeImage([layer], { Cmd: [] }, { salt: sandbox.id }),
    );
    await writeTemplateProject(sandbox, { image, blob: dumb });
    const { code, stderr } = await sandbox.call(APPLY);
    expect(code, stderr).toBe(6);
    expect(stderr).toMatch(/the blob image of \S+ cannot be run: .*No command specified \(seed-failed\)/);
    expect(await ownedNames(sandbox)).toEqual([]);
  });

  it.each([
    {
      how: "the answer to the seeder's making is lost",
      step: { path: /\/create$/, query: "-volume-" },
      kind: "cut",
    },
    { how: "the wait for the seeder breaks off", step: { path: /\/wait$/ }, kind: "cut" },
    { how: "the proof cannot be made", step: { path: /\/tag$/ }, kind: "refuse" },
  ] as const)("leaves nothing when $how", async ({ step, kind }) => {
    await using sandbox = await createSandbox();
    const project = await writeTemplateProject(sandbox, { image, blob });
    const { code, stderr } = await applyThrough(sandbox, (proxy) => {
      proxy.fault({ match: isStep({ method: "POST", ...step }), action: { kind } });
    });
    expect(code, stderr).toBe(6);
    expect(stderr).toContain("(host-unreachable)");
    expect(await ownedNames(sandbox)).toEqual([]);
    expect(await proofTags(sandbox, project)).toEqual([]);
    await apply(sandbox);
    await expectWarm(sandbox, project);
  });

  it("leaves nothing when somebody prunes the seeder before it starts", async () => {
    await using sandbox = await createSandbox();
    const project = await writeTemplateProject(sandbox, { image, blob });
    const start = { method: "POST", path: /\/containers\/\w+\/start$/ };
    const { code, stderr } = await applyHeldAt(sandbox, start, () => pruneContainers(sandbox));
    expect(code, stderr).toBe(6);
    expect(await ownedNames(sandbox)).toEqual([]);
    await apply(sandbox);
    await expectWarm(sandbox, project);
  });

  it("serves nothing when somebody removes the filled volume, and clears that volume's proof", async () => {
    await using sandbox = await createSandbox();
    const project = await writeTemplateProject(sandbox, { image, blob });
    const { code, stderr } = await applyHeldAt(sandbox, creating(project.container), async () => {
      await sandbox.docker.getVolume(project.volume).remove();
    });
    expect(code, stderr).toBe(6);
    expect(stderr).toContain(`volume ${project.volume} is not, or no longer, filled whole`);
    expect(await ownedNames(sandbox)).not.toContain(project.container);
    await apply(sandbox);
    await expectWarm(sandbox, project);
  });
});
