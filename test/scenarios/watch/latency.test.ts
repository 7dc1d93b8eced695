import { expect, it } from "vitest";
import { createSandbox } from "../../rig/sandbox.js";
import { writeTemplateProject } from "../templates/template-project.js";
import { expectKillHealed, watch } from "./watched-project.js";

const KILLS = 7;

/** How fast that is, a benchmark measures; here it is whether the first look sees it, which Docker's list is too late for. */
it("a death is answered by the very pass that it wakes", async () => {
  await using sandbox = await createSandbox();
  const { container } = await writeTemplateProject(sandbox, {}, ["interval: 1m", "flapping: { heals: 100 }"]);
  await using watching = watch(sandbox);
  await watching.line(({ msg, address }) => msg === "change applied" && address === `container.${container}`);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await watching.quiet();
    const since = watching.lines().length;
    await expectKillHealed(sandbox, container, 5_000);
    const lines = watching.lines().slice(since);
    const died = lines.findIndex(({ msg, action }) => msg === "host event" && action === "die");
    const pass = lines.slice(died).find(({ msg }) => msg === "pass done");
    expect(pass, JSON.stringify(lines, null, 1)).toMatchObject({ triggers: ["docker"], begun: 1 });
  }
});
