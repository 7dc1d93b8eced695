import fc from "fast-check";
import { ACTIONS, type Change } from "../../../src/model/plan.js";
import type { Graph } from "../../../src/report/graph/graph.js";
import { graphOfPlan } from "../../../src/report/graph/graph-of-plan.js";
import { buildChange, buildDocument } from "../builders.js";

/** Texts that would be something else than text in mermaid, markdown, HTML, XML or a terminal. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    '"]; click n1 "javascript:alert(1)"',
    "a\nclick n1 href",
    "%%{init: {}}%%",
    "%% note",
    "<script>alert(1)</script>",
    "</title></svg>",
    "]]>",
    "&lt;&amp;",
    "#quot;#35;",
    "`**bold** _x_`",
    "- list",
    "1. list",
    "end",
    "www.example.com/x",
    "http://x",
    "a@b.c",
    "fa:fa-bomb",
    "style:x#y;",
    "classDef a:b#c;",
    "$$x$$",
    "---\ntitle: x\n---",
    "__proto__",
    "constructor",
    "\u0000",
    "\u202eevil\u2066",
    "\ud800",
    "\uffff",
    "\u001b[2J",
  ),
);

/** Plans whose changes depend on each other as the text says, in circles too, and on what is not among them. */
export const hostilePlan: fc.Arbitrary<Graph> = fc
  .array(
    fc.record({
      address: fc.oneof(
        hostile,
        hostile.map((text) => `container.${text}`),
        fc.constantFrom("engine.p/1", "engine.p/2"),
      ),
      action: fc.constantFrom(...ACTIONS),
      dependsOn: fc.array(hostile, { maxLength: 3 }),
      session: fc.option(hostile, { nil: undefined }),
    }),
    { maxLength: 8 },
  )
  .chain((parts) => {
    const known = parts.map(({ address }) => address);
    return fc.array(fc.subarray(known), { minLength: parts.length, maxLength: parts.length }).map((needs) =>
      parts.map(({ session, ...part }, index): Change => {
        const dependsOn = [...part.dependsOn, ...(needs[index] ?? [])];
        return buildChange({ ...part, dependsOn, ...(session === undefined ? {} : { session }) });
      }),
    );
  })
  .chain((changes) => hostile.map((project) => graphOfPlan(buildDocument(changes, { project }))));
