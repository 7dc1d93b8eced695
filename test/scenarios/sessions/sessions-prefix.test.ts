import { expect, it } from "vitest";
import { createSandbox } from "../../rig/sandbox.js";
import { apply, proofTags } from "../seeding/seeded-template.js";
import { expectNoChanges, planLines } from "../templates/read-plan.js";
import { projectYaml } from "../templates/template-project.js";
import { findVolume } from "./session-project.js";

it("another prefix makes a session's volume no template's without being asked, and a template's a session's", async () => {
  await using sandbox = await createSandbox();
  const [image, blob] = await Promise.all([sandbox.image("template"), sandbox.image("blob")]);
  const a = `${sandbox.id}x`;
  const b = `${sandbox.id}y`;
  const shorter = projectYaml(sandbox, { [a]: { image, blob } });
  const withSession = `${shorter}sessions: { ${b}: { template: ${a} } }\n`;
  const longer = projectYaml({ ...sandbox, prefix: `${sandbox.prefix}-${a}` }, { [b]: { image, blob } });
  const name = `${sandbox.prefix}-${a}-${b}`;

  sandbox.writeConfig(withSession);
  await apply(sandbox);
  const before = await findVolume(sandbox, name);
  sandbox.writeConfig(longer);
  expect(await planLines(sandbox)).toContain(`conflict volume.${name} config-changed`);
  const { code, stderr } = await sandbox.call(["apply", "--auto-approve"]);
  expect(code, stderr).toBe(6);
  expect(stderr).toContain(`it holds what session ${b} has written, which \`prune: safe\` keeps`);
  expect(await findVolume(sandbox, name)).toEqual(before);

  await apply(sandbox, "--adopt", `volume.${name}`);
  expect(await proofTags(sandbox, { id: b })).toHaveLength(1);
  await expectNoChanges(sandbox);

  sandbox.writeConfig(withSession);
  expect(await planLines(sandbox)).toContain(`replace volume.${name} config-changed`);
  await apply(sandbox);
  expect((await findVolume(sandbox, name))?.Labels["warm.spec"]).toContain(`"session":"${b}"`);
  expect(await proofTags(sandbox, { id: b })).toEqual([]);
  await expectNoChanges(sandbox);
});
