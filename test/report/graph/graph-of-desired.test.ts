import { describe, expect, it } from "vitest";
import { formatMermaid } from "../../../src/report/graph/format-mermaid.js";
import { graphOfDesired } from "../../../src/report/graph/graph-of-desired.js";
import { findNode, selectNodes } from "../../../src/report/graph/select-nodes.js";
import { buildDesired } from "../../plan/builders.js";
import { poolOf } from "../../plan/engine-builders.js";

const desired = buildDesired({
  templates: { a: {}, b: { image: "img-a:1" } },
  sessions: { s: { template: "a", images: ["plugin:1"] } },
  pools: [poolOf(2)],
});
const graph = graphOfDesired(desired, [
  { from: "volume.cyan-a", to: "volume.cyan-a-s" },
  { from: "image.plugin:1", to: "volume.cyan-a-s" },
]);

describe("a file's graph", () => {
  it("has a node for each resource and each pool, and an arrow from what comes first", () => {
    expect(formatMermaid(graph)).toMatchInlineSnapshot(`
      "flowchart LR
        n1{{"network<br/>net"}}
        n2(["image<br/>blob-a:1"])
        n3(["image<br/>blob-b:1"])
        n4(["image<br/>img-a:1"])
        n5(["image<br/>img-p:1"])
        n6(["image<br/>plugin:1"])
        n7[("template volume<br/>cyan-a")]
        n8[("template volume<br/>cyan-b")]
        n9[("session s<br/>cyan-a-s")]
        n10["template container<br/>cyan-template-a"]
        n11["template container<br/>cyan-template-b"]
        n12[["pool of 2 engines<br/>p"]]
        n2 --> n7
        n3 --> n8
        n4 --> n10
        n4 --> n11
        n5 --> n12
        n6 -.-> n9
        n1 --> n10
        n1 --> n11
        n1 --> n12
        n7 --> n10
        n7 -.-> n9
        n8 --> n11"
    `);
  });

  it("is the same whatever the order of its parts", () => {
    const turned = {
      ...desired,
      resources: desired.resources.toReversed(),
      pools: desired.pools.toReversed(),
    };
    const links = [
      { from: "image.plugin:1", to: "volume.cyan-a-s" },
      { from: "volume.cyan-a", to: "volume.cyan-a-s" },
    ];
    expect(graphOfDesired(turned, links)).toEqual(graph);
  });

  it("leaves out what a link names and the file does not have", () => {
    const other = graphOfDesired(desired, [{ from: "volume.cyan-gone", to: "volume.cyan-a-s" }]);
    expect(other.edges.filter(({ isLoose }) => isLoose)).toEqual([]);
  });

  it("is cut down to what an address needs and what needs it", () => {
    const addresses = (target: string) => selectNodes(graph, [target]).nodes.map(({ address }) => address);
    expect(addresses("volume.cyan-b")).toEqual([
      "image.blob-b:1",
      "volume.cyan-b",
      "container.cyan-template-b",
    ]);
    expect(addresses("image.img-a:1")).toEqual([
      "image.img-a:1",
      "container.cyan-template-a",
      "container.cyan-template-b",
    ]);
    expect(addresses("volume.cyan-a-s")).toEqual([
      "image.blob-a:1",
      "image.plugin:1",
      "volume.cyan-a",
      "volume.cyan-a-s",
    ]);
  });

  it("has one node for a pool, also by the address of one of its engines", () => {
    expect(findNode(graph, "engine.p/2")).toBe("engine.p");
    expect(findNode(graph, "engine.other/2")).toBeUndefined();
  });
});
