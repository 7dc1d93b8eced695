import { describe, expect, it } from "vitest";
import { WarmError } from "../../src/errors.js";
import { LABEL } from "../../src/model/labels.js";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import { buildDesired, buildForeignContainer, buildObserved, buildWarm } from "./builders.js";
import { printPlan } from "./print-plan.js";

const desired = buildDesired();
const warm = buildWarm(desired);
const [owned] = warm.containers;
if (owned === undefined) throw new Error("the builders made no container");

const foreignNetwork = { id: "abc", name: "net", driver: "bridge", labels: {} };
const foreignVolume = { name: "cyan-a", driver: "local", createdAt: "t", labels: {} };

describe("a foreign object with our name", () => {
  const host = buildObserved({
    networks: [foreignNetwork],
    volumes: [foreignVolume],
    containers: [buildForeignContainer({ name: "cyan-template-a" })],
  });

  it("is a conflict", () => {
    expect(printPlan(planProject(desired, host))).toMatchInlineSnapshot(`
      "
      ! network.net (conflict-name) held by network abc
      + image.blob-a:1 (missing)
      + image.img-a:1 (missing)
      ! volume.cyan-a (conflict-name) held by volume cyan-a
      ! container.cyan-template-a (conflict-name) held by container cyan-template-a
      "
    `);
  });

  it("is replaced when it is to be adopted", () => {
    const adopt = ["network.net", "volume.cyan-a", "container.cyan-template-a"];
    expect(printPlan(planProject(desired, host, { ...NO_OPTIONS, adopt }))).toMatchInlineSnapshot(`
      "
      ± network.net (requested)
      + image.blob-a:1 (missing)
      + image.img-a:1 (missing)
      ± volume.cyan-a (requested)
      ± container.cyan-template-a (requested)
      "
    `);
  });

  it("is left alone even so while somebody else uses it", () => {
    const networks = [{ name: "net", id: "abc", address: "" }];
    const user = buildForeignContainer({ networks, volumes: ["cyan-a"] });
    const adopt = ["network.net", "volume.cyan-a"];
    const used = { ...host, containers: [user] };
    expect(printPlan(planProject(desired, used, { ...NO_OPTIONS, adopt }))).toMatchInlineSnapshot(`
      "
      ! network.net (conflict-in-use) held by in use by container someone
      + image.blob-a:1 (missing)
      + image.img-a:1 (missing)
      ! volume.cyan-a (conflict-in-use) held by in use by container someone
      + container.cyan-template-a (missing)
      "
    `);
  });

  it("is no user of a volume that is adopted with it", () => {
    const user = buildForeignContainer({ name: "cyan-template-a", volumes: ["cyan-a"] });
    const used = { ...host, networks: warm.networks, containers: [user] };
    const planWith = (...adopt: string[]) =>
      printPlan(planProject(desired, used, { ...NO_OPTIONS, adopt }))
        .split("\n")
        .filter((line) => /volume|container/.test(line));
    expect(planWith("volume.cyan-a", "container.cyan-template-a")).toEqual([
      "± volume.cyan-a (requested)",
      "± container.cyan-template-a (requested)",
    ]);
    expect(planWith("volume.cyan-a")[0]).toContain("(conflict-in-use)");
  });

  it("is a conflict when it is a seeder's", () => {
    const containers = [...warm.containers, buildForeignContainer({ name: "cyan-volume-a" })];
    expect(printPlan(planProject(desired, { ...warm, containers }))).toMatchInlineSnapshot(`
      "
      ! volume.cyan-a (conflict-name) held by container cyan-volume-a
      "
    `);
  });

  it("is a conflict when another project of ours made it, and ours under another name stays", () => {
    const theirs = { ...owned, id: "theirs", labels: { ...owned.labels, [LABEL.project]: "other" } };
    const containers = [theirs, { ...owned, name: "cyan-template-a--warm-old" }];
    expect(printPlan(planProject(desired, { ...warm, containers }))).toMatchInlineSnapshot(`
      "
      ! container.cyan-template-a (conflict-name) held by container cyan-template-a
      "
    `);
  });
});

describe("an object of ours that a foreign container uses", () => {
  const other = buildDesired({ templates: { b: {} }, network: "else" });

  it("is not removed", () => {
    const user = buildForeignContainer({
      networks: [{ name: "net", id: "id-of-net", address: "" }],
      volumes: ["cyan-a"],
    });
    const host = { ...warm, containers: [...warm.containers, user] };
    expect(printPlan(planProject(other, host))).toMatchInlineSnapshot(`
      "
      + network.else (missing)
      + image.blob-b:1 (missing)
      + image.img-b:1 (missing)
      + volume.cyan-b (missing)
      + container.cyan-template-b (missing)
      - container.cyan-template-a (orphaned)
      ! volume.cyan-a (conflict-in-use) held by in use by container someone
      ! network.net (conflict-in-use) held by in use by container someone
      "
    `);
  });

  it("is not removed when the foreign container was never started", () => {
    const user = buildForeignContainer({
      state: "created",
      networks: [{ name: "net", id: "", address: "" }],
    });
    const host = buildObserved({ networks: warm.networks, containers: [user] });
    expect(
      printPlan(planProject(buildDesired({ network: "else", templates: {} }), host)),
    ).toMatchInlineSnapshot(`
      "
      + network.else (missing)
      ! network.net (conflict-in-use) held by in use by container someone
      "
    `);
  });

  it("is not seeded again under it", () => {
    const host = {
      ...warm,
      images: warm.images.map((image) => ({ ...image, keys: image.keys.slice(0, 1) })),
      containers: [buildForeignContainer({ volumes: ["cyan-a"] })],
    };
    expect(printPlan(planProject(desired, host))).toMatchInlineSnapshot(`
      "
      ! volume.cyan-a (conflict-in-use) held by in use by container someone
      + container.cyan-template-a (missing)
      "
    `);
  });
});

describe("surplus", () => {
  it("is what a killed swap left beside the container", () => {
    const containers = ["--warm-old", "--warm-new"].map((end) => ({
      ...owned,
      id: `id${end}`,
      name: owned.name + end,
    }));
    const host = { ...warm, containers: [...warm.containers, ...containers] };
    expect(printPlan(planProject(desired, host))).toMatchInlineSnapshot(`
      "
      - container.cyan-template-a--warm-new (surplus)
      - container.cyan-template-a--warm-old (surplus)
      "
    `);
  });

  it("is the half-made successor, and the one that was put aside gets its name back", () => {
    const containers = ["--warm-old", "--warm-new"].map((end) => ({
      ...owned,
      id: `id${end}`,
      name: owned.name + end,
    }));
    expect(printPlan(planProject(desired, { ...warm, containers }))).toMatchInlineSnapshot(`
      "
      ~ container.cyan-template-a (drift-field)
          name: cyan-template-a--warm-old -> cyan-template-a [drift, update]
      - container.cyan-template-a--warm-new (surplus)
      "
    `);
  });

  it("is a second network of ours with the same name", () => {
    const twins = warm.networks.map((network) => ({ ...network, id: "twin-of-net" }));
    const host = { ...warm, networks: [...twins, ...warm.networks] };
    expect(printPlan(planProject(desired, host))).toMatchInlineSnapshot(`
      "
      - network.net@twin-of-net (surplus)
      "
    `);
  });

  it("is no container that has the name of another one of ours, which is a conflict", () => {
    const two = buildDesired({ templates: { a: {}, b: {} } });
    const host = buildWarm(two);
    const containers = host.containers.filter(({ name }) => name === "cyan-template-a");
    const renamed = containers.map((container) => ({ ...container, name: "cyan-template-b" }));
    const plan = planProject(two, { ...host, containers: [...containers, ...renamed] });
    expect(printPlan(plan)).toMatchInlineSnapshot(`
      "
      ! container.cyan-template-b (conflict-name) held by container.cyan-template-a
      "
    `);
  });

  it("is never the lock", () => {
    const labels = { [LABEL.project]: "demo", [LABEL.address]: "lock.demo" };
    const lock = buildForeignContainer({ name: "warm-lock-demo", labels, state: "created" });
    const host = buildObserved({ containers: [lock] });
    expect(planProject(desired, host, { ...NO_OPTIONS, destroy: true }).changes).toEqual([]);
  });
});

describe("an address that is not known", () => {
  it("gets the nearest one as a hint", () => {
    const options = { ...NO_OPTIONS, targets: ["container.cyan-templat-a"] };
    const error = (() => {
      try {
        planProject(desired, warm, options);
      } catch (error) {
        return error as WarmError;
      }
    })();
    expect(error).toBeInstanceOf(WarmError);
    expect(error).toMatchObject({ code: "usage", hint: "did you mean `container.cyan-template-a`?" });
  });
});
