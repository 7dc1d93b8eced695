import { afterAll, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { writeTemplateProject } from "./template-project.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(() => sandbox.dispose());

it("limits that the kernel rounds are no drift", async () => {
  await writeTemplateProject(sandbox, { lines: ["resources: { memory: 100MB, cpus: 0.333333, pids: 64 }"] });
  await apply(sandbox);
  const { stdout } = await sandbox.call(["plan"]);
  expect(stdout).toContain("No changes");
});
