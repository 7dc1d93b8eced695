import { expect, it } from "vitest";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox } from "../../rig/sandbox.js";
import { expectWarm } from "../seeding/seeded-template.js";
import { isStep, through } from "../templates/proxied-apply.js";
import { writeTemplateProject } from "../templates/template-project.js";
import { watch } from "./watched-project.js";

it("a look that began before a volume was filled, and ended after it, has nothing filled again", async () => {
  await using sandbox = await createSandbox();
  const proxy = await startFaultProxy(sandbox.socketPath);
  const blob = await sandbox.image("blob", { to: "both" });
  const image = await sandbox.image("template", { to: "both" });
  const project = await writeTemplateProject(sandbox, { image, blob }, ["interval: 1s"]);
  const address = `volume.${project.volume}`;
  let onServed = () => {};
  const served = new Promise<void>((resolve) => (onServed = resolve));
  let onLook = () => {};
  const looked = new Promise<void>((resolve) => (onLook = resolve));
  const isSeeder = isStep({ method: "POST", path: /\/containers\/create$/, query: `name=${project.seeder}` });
  const isLook = isStep({ method: "GET", path: /\/images\/json$/ });
  let isHeld = false;
  proxy.fault({ match: isSeeder, action: { kind: "hold", until: looked } });
  proxy.fault({
    match: (call) => {
      const isIt = !isHeld && proxy.calls.some(isSeeder) && isLook(call);
      isHeld ||= isIt;
      if (isIt) onLook();
      return isIt;
    },
    action: { kind: "hold", until: served },
  });
  const watching = watch(sandbox, [], through(proxy));
  await watching.line(
    (line) => line.msg === "change applied" && line.address === `container.${project.container}`,
  );
  onServed();
  await watching.quiet();
  const fillings = watching
    .lines()
    .filter((line) => line.msg === "action-started" && line.address === address);
  expect(fillings).toHaveLength(1);
  expect((await watching.stop()).code).toBe(0);
  await expectWarm(sandbox, project);
  await proxy.stop();
});
