import { describe, expect, it } from "vitest";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import {
  buildDesired,
  buildForeignContainer,
  buildObserved,
  buildWarm,
  type DesiredParts,
} from "./builders.js";
import { printPlan } from "./print-plan.js";

const desired = buildDesired();
const warm = buildWarm(desired);

/** What is planned for a file on a host that the file `before` was applied to. */
function planAfter(before: DesiredParts, after: DesiredParts): string {
  return printPlan(planProject(buildDesired(after), buildWarm(buildDesired(before))));
}

describe("what is missing", () => {
  it("is made from the ground up on an empty host", () => {
    expect(printPlan(planProject(desired, buildObserved()))).toMatchInlineSnapshot(`
      "
      + network.net (missing)
      + image.blob-a:1 (missing)
      + image.img-a:1 (missing)
      + volume.cyan-a (missing)
      + container.cyan-template-a (missing)
      "
    `);
  });

  it("is nothing on a host that the file was applied to", () => {
    expect(printPlan(planProject(desired, warm))).toBe("\n");
  });

  it("is only the container when the container is gone", () => {
    expect(printPlan(planProject(desired, { ...warm, containers: [] }))).toMatchInlineSnapshot(`
      "
      + container.cyan-template-a (missing)
      "
    `);
  });

  it("is the volume, and takes its container along", () => {
    expect(printPlan(planProject(desired, { ...warm, volumes: [] }))).toMatchInlineSnapshot(`
      "
      + volume.cyan-a (missing)
      ± container.cyan-template-a (parent-replaced)
      "
    `);
  });

  it("is the network, and its container is moved to the new one", () => {
    expect(printPlan(planProject(desired, { ...warm, networks: [] }))).toMatchInlineSnapshot(`
      "
      + network.net (missing)
      ~ container.cyan-template-a (drift-field)
          network: null -> net [drift, update]
      "
    `);
  });

  it("is an image that was removed, and nothing that was made from it", () => {
    expect(printPlan(planProject(desired, { ...warm, images: warm.images.slice(1) }))).toMatchInlineSnapshot(`
      "
      + image.img-a:1 (missing)
      "
    `);
  });

  it("is a conflict where pulling is not allowed", () => {
    const pull = { ...desired.pull, policy: "never" } as const;
    expect(
      printPlan(planProject({ ...desired, pull }, { ...warm, images: warm.images.slice(1) })),
    ).toMatchInlineSnapshot(`
      "
      ! image.img-a:1 (missing) held by pull.policy is never
      "
    `);
  });
});

describe("a changed file", () => {
  it("replaces a container for its environment", () => {
    const before = { templates: { a: { env: { LEVEL: "info", OLD: "1" } } } };
    expect(planAfter(before, { templates: { a: { env: { LEVEL: "debug" } } } })).toMatchInlineSnapshot(`
      "
      ± container.cyan-template-a (config-changed)
          env.LEVEL: info -> debug [config, replace]
          env.OLD: 1 -> null [config, replace]
      "
    `);
  });

  it("changes a limit in place, and replaces to take one away", () => {
    const before = { templates: { a: { limits: { memoryBytes: 64, cpus: 1 } } } };
    expect(planAfter(before, { templates: { a: { limits: { memoryBytes: 128 } } } })).toMatchInlineSnapshot(`
      "
      ± container.cyan-template-a (config-changed)
          resources.memory: 64 -> 128 [config, update]
          resources.cpus: 1 -> null [config, replace]
      "
    `);
  });

  it("is the cause of a limit that was changed in place once before", () => {
    const limited = buildDesired({ templates: { a: { limits: { memoryBytes: 64 } } } });
    const wanted = buildDesired({ templates: { a: { limits: { memoryBytes: 256 } } } });
    const host = buildWarm(limited);
    const limits = { memoryBytes: 128, cpus: 0, pids: 0 };
    const containers = host.containers.map((container) => ({ ...container, limits }));
    expect(printPlan(planProject(wanted, { ...host, containers }))).toMatchInlineSnapshot(`
      "
      ~ container.cyan-template-a (config-changed)
          resources.memory: 128 -> 256 [config, update]
      "
    `);
  });

  it("moves the containers to a renamed network before it removes the old one", () => {
    expect(planAfter({ network: "net" }, { network: "other" })).toMatchInlineSnapshot(`
      "
      + network.other (missing)
      ~ container.cyan-template-a (config-changed)
          network: net -> other [config, update]
      - network.net (orphaned)
      "
    `);
  });

  it("seeds a volume again for another blob, and replaces its container", () => {
    expect(planAfter({}, { templates: { a: { blob: "blob-a:2" } } })).toMatchInlineSnapshot(`
      "
      + image.blob-a:2 (missing)
      ± volume.cyan-a (seed-changed)
          blob: blob-a:1 -> blob-a:2 [config, replace]
      ± container.cyan-template-a (parent-replaced)
      "
    `);
  });

  it("removes a template that is gone from it, containers first", () => {
    expect(planAfter({ templates: { a: {}, b: {} } }, {})).toMatchInlineSnapshot(`
      "
      - container.cyan-template-b (orphaned)
      - volume.cyan-b (orphaned)
      "
    `);
  });

  it("removes nothing of it under `prune: none`", () => {
    expect(planAfter({ templates: { a: {}, b: {} } }, { prune: "none" })).toBe("\n");
  });

  it("shows the line of what it changed", () => {
    const lines = { "env.LEVEL": 14 };
    const wanted = buildDesired({ templates: { a: { env: { LEVEL: "debug" }, lines } } });
    const [change] = planProject(wanted, warm).changes.filter(({ action }) => action === "replace");
    expect(change?.fields).toMatchObject([{ path: "env.LEVEL", line: 14 }]);
  });
});

describe("destroy", () => {
  it("removes all that is ours, from the top down, and no image", () => {
    const host = { ...warm, containers: [...warm.containers, buildForeignContainer()] };
    expect(printPlan(planProject(desired, host, { ...NO_OPTIONS, destroy: true }))).toMatchInlineSnapshot(`
      "
      - container.cyan-template-a (orphaned)
      - volume.cyan-a (orphaned)
      - network.net (orphaned)
      "
    `);
  });
});
