import { expect, it } from "vitest";
import { createSandbox } from "../../rig/sandbox.js";
import { ownedNames } from "../seeding/seeded-template.js";
import { writeTemplateProject } from "../templates/template-project.js";
import { countOf, expectKillHealed, isRunning, told, watch } from "./watched-project.js";

/** In a file of its own: it mostly waits for the lock of the killed one to expire. */
it("a watcher that stands by takes over from one that was killed, once its lock has expired", async () => {
  await using sandbox = await createSandbox();
  const { container } = await writeTemplateProject(sandbox, {}, ["interval: 1m"]);
  const first = watch(sandbox);
  await first.line(({ msg, address }) => msg === "change applied" && address === `container.${container}`);
  const second = watch(sandbox, ["--state-dir", ".second"]);
  await second.line(({ msg }) => msg === "standing by");
  first.warm.child.kill("SIGKILL");
  await first.warm.result;
  const killedAt = Date.now();
  await sandbox.docker.getContainer(container).kill();
  const deadline = killedAt + 45_000;
  while (Date.now() < deadline && countOf(second, "lock taken") === 0)
    await new Promise((resolve) => setTimeout(resolve, 200));
  expect(Date.now() - killedAt, second.warm.output.stderr).toBeLessThan(36_000);
  await second.quiet();
  expect(await isRunning(sandbox, container)).toBe(true);
  await expectKillHealed(sandbox, container, 3_000);
  await second.quiet();
  expect(told(second.lines()).map(({ msg }) => msg)).toEqual([
    "watching",
    "standing by",
    "lock broken",
    expect.stringMatching(/lock taken|resource healed|change applied/),
    expect.stringMatching(/lock taken|resource healed|change applied/),
    "resource healed",
  ]);
  expect(await second.stop()).toMatchObject({ code: 0 });
  expect((await ownedNames(sandbox)).filter((name) => name.startsWith("warm-lock"))).toEqual([]);
}, 90_000);
