import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Sandbox } from "../../rig/sandbox.js";
import { expectWarm } from "../seeding/seeded-template.js";
import { type Step, warmHeldAt } from "../templates/proxied-apply.js";
import type { TemplateProject } from "../templates/template-project.js";
import { expectKillHealed, watch } from "./watched-project.js";

/** Kills a watcher before Docker sees the call; the lock is broken by hand, to wait for it would take 30 s. */
export async function killWatcherAt(sandbox: Sandbox, step: Step): Promise<void> {
  await warmHeldAt(sandbox, ["watch"], step, async ({ child, result }) => {
    child.kill("SIGKILL");
    await result;
  });
  await sandbox.call(["lock", "break", "--force"]);
}

/** A new watcher makes it warm, with nothing left of the killed one's way there. All is removed after that. */
export async function expectTakenOver(sandbox: Sandbox, project: TemplateProject): Promise<void> {
  const watching = watch(sandbox);
  await watching.line(({ msg }) => msg === "pass done");
  await watching.quiet();
  await expectKillHealed(sandbox, project.container, 3_000);
  const { code, stderr } = await watching.stop();
  expect(code, stderr).toBe(0);
  await expectWarm(sandbox, project);
  await sandbox.call(["destroy", "--auto-approve"]);
  // The next one is to start without a memory.
  rmSync(join(sandbox.dir, ".warm"), { recursive: true });
}

export const postTo = (path: RegExp, more: Partial<Step> = {}): Step => ({ method: "POST", path, ...more });
