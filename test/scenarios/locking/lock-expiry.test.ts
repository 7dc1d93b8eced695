import { expect, it } from "vitest";
import { createSandbox } from "../../rig/sandbox.js";
import { applyHeldAt } from "../templates/proxied-apply.js";
import { expectNoChanges } from "../templates/read-plan.js";
import { writeTemplateProject } from "../templates/template-project.js";

/** In a file of its own: it mostly waits, beside whatever runs at the same time. */
it("the lock of a killed holder expires by itself, and the next apply breaks it and says so", async () => {
  await using sandbox = await createSandbox();
  const project = await writeTemplateProject(sandbox);
  const creation = { method: "POST", path: /\/containers\/create$/, query: `name=${project.container}` };
  await applyHeldAt(sandbox, creation, async ({ child, result }) => {
    child.kill("SIGKILL");
    await result;
  });
  const next = await sandbox.warm(["apply", "--auto-approve", "--lock-timeout", "60s"]);
  expect(next, next.stderr).toMatchObject({ code: 0 });
  expect(next.stderr).toContain("expired and broken");
  expect(next.ms).toBeGreaterThan(15_000);
  await expectNoChanges(sandbox);
}, 90_000);
