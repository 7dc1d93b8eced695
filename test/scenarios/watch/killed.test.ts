import { afterAll, beforeAll, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { writeTemplateProject } from "../templates/template-project.js";
import { expectTakenOver, killWatcherAt, postTo } from "./killed-watcher.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(() => sandbox.dispose());

it.each([
  ["makes the seeder", postTo(/\/containers\/create$/, { query: "-volume-" })],
  ["starts the seeder", postTo(/\/containers\/.*\/start$/)],
  ["tags the proof", postTo(/\/images\/.*\/tag$/, { query: "warm-seeded" })],
  ["makes the container", postTo(/\/containers\/create$/, { query: "-template-" })],
  ["starts the container", postTo(/\/containers\/.*\/start$/, { nth: 2 })],
])("a watcher that is killed as it %s is followed by one that makes all warm", async (_, step) => {
  const project = await writeTemplateProject(sandbox, { id: sandbox.templateId() });
  await killWatcherAt(sandbox, step);
  await expectTakenOver(sandbox, project);
});
