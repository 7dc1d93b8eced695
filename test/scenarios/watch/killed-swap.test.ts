import { afterAll, beforeAll, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { projectYaml, writeTemplateProject } from "../templates/template-project.js";
import { expectTakenOver, killWatcherAt, postTo } from "./killed-watcher.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
afterAll(() => sandbox.dispose());

it.each([
  ["makes the successor", postTo(/\/containers\/create$/, { query: "-template-" })],
  ["renames the old one", postTo(/\/rename$/)],
  ["renames the new one", postTo(/\/rename$/, { nth: 2 })],
  ["removes the old one", { method: "DELETE", path: /\/containers\/(?!warm-)/ }],
])(
  "a watcher that is killed as it %s of a replacement is followed by one that makes all warm",
  async (_, step) => {
    const id = sandbox.templateId();
    const project = await writeTemplateProject(sandbox, { id });
    await apply(sandbox);
    const { image, blob } = project;
    sandbox.writeConfig(projectYaml(sandbox, { [id]: { image, blob, lines: ["env: { NEW: value }"] } }));
    await killWatcherAt(sandbox, step);
    await expectTakenOver(sandbox, project);
  },
);
