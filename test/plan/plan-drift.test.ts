import { describe, expect, it } from "vitest";
import { LABEL } from "../../src/model/labels.js";
import type { Observed, ObservedContainer } from "../../src/model/observed.js";
import { planProject } from "../../src/plan/plan-project.js";
import { buildDesired, buildWarm } from "./builders.js";
import { printPlan } from "./print-plan.js";

const desired = buildDesired();
const warm = buildWarm(desired);

/** The host of `buildWarm` with its one container changed. */
function withContainer(parts: Partial<ObservedContainer>): Observed {
  return { ...warm, containers: warm.containers.map((container) => ({ ...container, ...parts })) };
}

describe("drift", () => {
  it.each(["created", "exited", "paused"] as const)("a container that is %s is started", (state) => {
    expect(printPlan(planProject(desired, withContainer({ state })))).toBe(
      "\n> container.cyan-template-a (drift-stopped)\n",
    );
  });

  it.each(["dead", "removing"] as const)("a container that is %s is replaced", (state) => {
    expect(printPlan(planProject(desired, withContainer({ state })))).toBe(
      "\n± container.cyan-template-a (drift-stopped)\n",
    );
  });

  it("a container that Docker calls unhealthy is replaced", () => {
    expect(printPlan(planProject(desired, withContainer({ health: "unhealthy" })))).toMatchInlineSnapshot(`
      "
      ± container.cyan-template-a (drift-unhealthy)
      "
    `);
  });

  it("a renamed container gets its name back", () => {
    expect(printPlan(planProject(desired, withContainer({ name: "renamed" })))).toMatchInlineSnapshot(`
      "
      ~ container.cyan-template-a (drift-field)
          name: renamed -> cyan-template-a [drift, update]
      "
    `);
  });

  it("a disconnected container is connected again", () => {
    expect(printPlan(planProject(desired, withContainer({ networks: [] })))).toMatchInlineSnapshot(`
      "
      ~ container.cyan-template-a (drift-field)
          network: null -> net [drift, update]
      "
    `);
  });

  it("a container that was never started is on the network that it names", () => {
    const networks = [{ name: "net", id: "", address: "" }];
    expect(printPlan(planProject(desired, withContainer({ state: "created", networks })))).toBe(
      "\n> container.cyan-template-a (drift-stopped)\n",
    );
  });

  it("a stopped container whose network is gone is moved and started in one change", () => {
    const host = { ...withContainer({ state: "exited" }), networks: [] };
    expect(printPlan(planProject(desired, host))).toMatchInlineSnapshot(`
      "
      + network.net (missing)
      ~ container.cyan-template-a (drift-field, drift-stopped)
          network: null -> net [drift, update]
      "
    `);
  });

  it("a stopped container that is also on a network that is gone is taken off that one", () => {
    const [{ networks } = { networks: [] }] = withContainer({}).containers;
    const lost = [...networks, { name: "c92960828557", id: "", address: "" }];
    expect(
      printPlan(planProject(desired, withContainer({ state: "exited", networks: lost }))),
    ).toMatchInlineSnapshot(`
      "
      ~ container.cyan-template-a (drift-field, drift-stopped)
          network: c92960828557 -> net [drift, update]
      "
    `);
    expect(printPlan(planProject(desired, withContainer({ state: "running", networks: lost })))).toBe("\n");
  });

  it("lowered limits are told field by field and put back in place", () => {
    const limited = buildDesired({ templates: { a: { limits: { memoryBytes: 64, cpus: 0.5, pids: 10 } } } });
    const host = buildWarm(limited);
    const limits = { memoryBytes: 32, cpus: 0.25, pids: 5 };
    const containers = host.containers.map((container) => ({ ...container, limits }));
    expect(printPlan(planProject(limited, { ...host, containers }))).toMatchInlineSnapshot(`
      "
      ~ container.cyan-template-a (drift-field)
          resources.memory: 32 -> 64 [drift, update]
          resources.cpus: 0.25 -> 0.5 [drift, update]
          resources.pids: 5 -> 10 [drift, update]
      "
    `);
  });

  it("a tag that was moved by hand replaces what was made from it", () => {
    const images = warm.images.map((image) =>
      image.keys.includes("img-a:1") ? { ...image, id: "sha256:0123456789abcdef" } : image,
    );
    expect(printPlan(planProject(desired, { ...warm, images }))).toMatchInlineSnapshot(`
      "
      ± container.cyan-template-a (image-moved)
          image: id-of-img-a: -> 0123456789ab [drift, replace]
      "
    `);
  });

  it("a tag that moved in the registry is pulled, and what was made from it is replaced", () => {
    const registryDigests = { "image.img-a:1": "sha256:new" };
    expect(printPlan(planProject(desired, { ...warm, registryDigests }))).toMatchInlineSnapshot(`
      "
      ~ image.img-a:1 (image-moved)
          digest: null -> sha256:new [drift, update]
      ± container.cyan-template-a (image-moved)
          image: id-of-img-a: -> sha256:new [drift, replace]
      "
    `);
  });

  it("a container without a readable spec is replaced", () => {
    const labels = { ...warm.containers[0]?.labels, [LABEL.spec]: "{" };
    expect(printPlan(planProject(desired, withContainer({ labels })))).toMatchInlineSnapshot(`
      "
      ± container.cyan-template-a (drift-field)
          labels: null -> warm.spec [drift, replace]
      "
    `);
  });
});
