import { describe, expect, it } from "vitest";
import { formatMermaid } from "../../../src/report/graph/format-mermaid.js";
import { graphOfPlan } from "../../../src/report/graph/graph-of-plan.js";
import { findNode, selectNodes } from "../../../src/report/graph/select-nodes.js";
import { buildBigPlan, buildChange, buildDocument, buildUnchanged } from "../builders.js";

const engine = (slot: number, parts: Partial<Parameters<typeof buildChange>[0]> = {}) =>
  buildChange({ address: `engine.p/${slot}`, kind: "engine", dependsOn: ["image.p:1"], ...parts });

describe("a plan's graph", () => {
  it("shows what changes with its action and reasons, and dimmed what that needs", () => {
    const changes = [
      buildChange({
        address: "volume.cyan-a",
        action: "replace",
        reasons: ["seed-changed"],
        dependsOn: ["image.blob:1"],
      }),
      buildChange({
        address: "container.cyan-template-a",
        action: "replace",
        reasons: ["parent-replaced"],
        dependsOn: ["network.net", "volume.cyan-a"],
      }),
      ...buildUnchanged(2),
      buildChange({ address: "volume.cyan-a-s", action: "delete", reasons: ["expired"], session: "s" }),
    ];
    expect(formatMermaid(graphOfPlan(buildDocument(changes)))).toMatchInlineSnapshot(`
      "flowchart LR
        n1{{"network<br/>net"}}
        n2(["image<br/>blob:1"])
        n3[("volume<br/>cyan-a<br/>#177; replace#58; seeded from another blob")]
        n4[("session s<br/>cyan-a-s<br/>#45; delete#58; its time to live is over")]
        n5["container<br/>cyan-template-a<br/>#177; replace#58; its volume is made anew"]
        n2 --> n3
        n1 --> n5
        n3 --> n5
        classDef replace fill:#ffe7cc,stroke:#bc4c00,color:#5c2600
        class n3,n5 replace
        classDef delete fill:#ffe2df,stroke:#cf222e,color:#6e0f16
        class n4 delete
        classDef noop fill:#f6f8fa,stroke:#c4ccd4,color:#656d76,stroke-dasharray:4 3
        class n1,n2 noop"
    `);
  });

  it("shows every action of a large plan", () => {
    const { nodes } = graphOfPlan(buildBigPlan());
    const actions = new Set(nodes.map(({ change }) => change?.action));
    expect([...actions].sort()).toEqual(
      ["conflict", "create", "delete", "noop", "replace", "start", "update"].filter((one) =>
        actions.has(one as never),
      ),
    );
    expect(actions.size).toBeGreaterThan(4);
  });

  it("draws engines of one pool with one fate as one box, and leaves their turns out", () => {
    const graph = graphOfPlan(
      buildDocument([
        engine(1),
        engine(2),
        engine(10, { action: "delete", reasons: ["surplus"], dependsOn: ["engine.p/1"] }),
      ]),
    );
    expect(
      graph.nodes.map(({ address, caption, name, members }) => [address, caption, name, members]),
    ).toEqual([
      ["image.p:1", "image", "p:1", ["image.p:1"]],
      ["engine.p/1", "2 engines", "p/1, p/2", ["engine.p/1", "engine.p/2"]],
      ["engine.p/10", "engine", "p/10", ["engine.p/10"]],
    ]);
    expect(graph.edges).toEqual([{ from: "image.p:1", to: "engine.p/1", isLoose: false }]);
    expect(findNode(graph, "engine.p/2")).toBe("engine.p/1");
    expect(selectNodes(graph, ["engine.p/2"]).nodes).toHaveLength(2);
  });

  it("says that nothing changes where nothing does", () => {
    const graph = graphOfPlan(buildDocument(buildUnchanged(3)));
    expect(formatMermaid(graph)).toMatchInlineSnapshot(`
      "flowchart LR
        n1["cyanprint#58; No changes#46; 3 resources match warm.yaml#46;"]"
    `);
  });
});
