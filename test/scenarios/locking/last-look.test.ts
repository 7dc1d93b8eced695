import { expect, it } from "vitest";
import { createSandbox } from "../../rig/sandbox.js";
import { applyThrough } from "../templates/proxied-apply.js";
import { writeTemplateProject } from "../templates/template-project.js";

it("a finished apply keeps its summary when the last look fails, and does not claim that all matches", async () => {
  await using sandbox = await createSandbox();
  await writeTemplateProject(sandbox);
  // The plan lists networks, the plan under the lock does, and then the look after the work.
  const { code, stdout, stderr } = await applyThrough(sandbox, (proxy) =>
    proxy.fault({ match: { method: "GET", path: /\/networks$/ }, nth: 3, action: { kind: "refuse" } }),
  );
  expect(stdout, stderr).toContain("Applied: 5 done.\nDocker could not be asked what remains");
  expect(code).toBe(1);
  expect((await sandbox.call(["plan", "--detailed-exitcode"])).code).toBe(0);
});
