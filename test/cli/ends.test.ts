import { afterAll, beforeAll, expect, it } from "vitest";
import { startFaultProxy } from "../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { apply } from "../scenarios/seeding/seeded-template.js";
import { through, warmHeldAt } from "../scenarios/templates/proxied-apply.js";
import { writeTemplateProject } from "../scenarios/templates/template-project.js";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  await writeTemplateProject(sandbox);
});
afterAll(() => sandbox.dispose());

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("two %s while apply plans end it with %i", async (signal, code) => {
  const look = { method: "GET", path: /\/images\/json$/ };
  const result = await warmHeldAt(sandbox, ["apply", "--auto-approve"], look, async ({ child, output }) => {
    child.kill(signal);
    await expect.poll(() => output.stderr, { timeout: 10_000 }).toContain("once more to abort");
    child.kill(signal);
    await expect.poll(() => output.stderr, { timeout: 10_000 }).toContain("Aborting.");
  });
  expect(result, result.stderr).toMatchObject({ code });
});

it("a destroy that ends well takes the lock's image away too", async () => {
  await apply(sandbox);
  const proxy = await startFaultProxy(sandbox.socketPath);
  try {
    const { code, stderr } = await sandbox.warm(["destroy", "--auto-approve"], through(proxy));
    expect(code, stderr).toBe(0);
    const removals = proxy.calls.filter(({ method }) => method === "DELETE").map(({ path }) => path);
    expect(removals.at(-1)).toMatch(/\/images\/warm-lock:1$/);
  } finally {
    await proxy.stop();
  }
});
