import { expect, it } from "vitest";
import { createSandbox } from "../../rig/sandbox.js";
import { findVolume, mountBy, sessionYaml } from "../sessions/session-project.js";
import { writeTemplateProject } from "../templates/template-project.js";
import { countOf, eventually, watch } from "./watched-project.js";

it("a session that leaves the file stays while a stranger uses its volume, is told once, and goes right after", async () => {
  await using sandbox = await createSandbox();
  const project = await writeTemplateProject(sandbox);
  const volume = `${project.volume}-pr-1`;
  sandbox.writeConfig(sessionYaml(project, "all", { "pr-1": [] }));
  await using watching = watch(sandbox);
  await eventually(() => findVolume(sandbox, volume));
  await watching.quiet();
  const stranger = await mountBy(sandbox, project.image, volume);

  sandbox.writeConfig(sessionYaml(project, "all", {}));
  const told = await watching.line(
    ({ level, address }) => level === "warn" && address === `volume.${volume}`,
  );
  expect(told).toMatchObject({ reasons: ["conflict-in-use"], msg: "resource out of sync" });
  expect(told.detail).toContain("in use by container");
  expect((await sandbox.call(["status"])).stdout).toMatch(new RegExp(`${volume} .*conflict`));
  expect(await findVolume(sandbox, volume)).toBeDefined();

  await stranger.remove({ force: true });
  // The timer comes every 30 s: it is the stranger's end that is heard.
  await eventually(async () => (await findVolume(sandbox, volume)) === undefined, undefined, 10_000);
  expect(countOf(watching, "resource out of sync", 0)).toBeGreaterThanOrEqual(1);
  const warnings = watching
    .lines()
    .filter(({ level, address }) => level === "warn" && address === `volume.${volume}`);
  expect(warnings).toHaveLength(1);
});

it("a session whose time is over goes by the timer, and is not made again", async () => {
  await using sandbox = await createSandbox();
  const project = await writeTemplateProject(sandbox, {}, ["interval: 1s"]);
  const volume = `${project.volume}-pr-1`;
  sandbox.writeConfig(sessionYaml(project, "all", { "pr-1": ["ttl: 4s"] }));
  await using watching = watch(sandbox);
  await eventually(() => findVolume(sandbox, volume));
  await watching.line(({ reasons }) => reasons?.includes("expired") === true);
  await eventually(async () => (await findVolume(sandbox, volume)) === undefined);
  await watching.quiet();
  expect(await findVolume(sandbox, volume)).toBeUndefined();
  expect((await sandbox.call(["status"])).stdout).toMatch(new RegExp(`${volume} +expired`));
});
