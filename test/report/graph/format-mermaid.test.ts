import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMermaid } from "../../../src/report/graph/format-mermaid.js";
import { escapeMermaid } from "../../../src/report/graph/mermaid-text.js";
import { hostilePlan } from "./graphs.js";

/** A label in quotes: letters, digits, spaces, entity codes, our own line breaks, and marks between letters. */
const LABEL = `"(?:[A-Za-z0-9 ]|#\\d+;|<br/>|(?<=[A-Za-z0-9])[-./:](?=[A-Za-z0-9]))*"`;
/** All that a line may be; each is whole in itself. */
const LINES = [
  /^flowchart LR$/,
  new RegExp(
    `^  n\\d+(?:\\[${LABEL}\\]|\\[\\[${LABEL}\\]\\]|\\[\\(${LABEL}\\)\\]|\\(\\[${LABEL}\\]\\)|\\{\\{${LABEL}\\}\\})$`,
  ),
  /^ {2}n\d+ (?:-->|-\.->) n\d+$/,
  /^ {2}classDef [a-z]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}(?:,stroke-dasharray:4 3)?$/,
  /^ {2}class n\d+(?:,n\d+)* [a-z]+$/,
];

describe("a graph as mermaid", () => {
  it("is made of known lines alone, whatever names, sessions and dependencies say", () => {
    fc.assert(
      fc.property(hostilePlan, (graph) => {
        const text = formatMermaid(graph);
        for (const line of text.split("\n"))
          expect(
            LINES.some((pattern) => pattern.test(line)),
            line,
          ).toBe(true);
        // What mermaid takes for a style and cuts the semicolon of an entity code from.
        expect(text).not.toMatch(/(?:style|classDef).*:\S*#.*;/);
        // Icons, links and addresses of mail are put in after labels are read.
        expect(text).not.toMatch(/fa[bklrs]?:fa-|www\.|:\/\/|@|#36;#36;/);
        expect(new Set(graph.nodes.map(({ address }) => address)).size).toBe(graph.nodes.length);
      }),
      { numRuns: 300 },
    );
  });

  it("shows a text as it is: entity codes say every character", () => {
    const decode = (text: string) =>
      text.replace(/#(\d+);/g, (_match, code) => String.fromCodePoint(Number(code)));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(decode(escapeMermaid(text))).toBe(text.replace(/\$(?=\$)/g, "$ "));
      }),
    );
  });

  it.each([
    ["127.0.0.1:5000/acme/ts-template:1.4.0", "127.0.0.1:5000/acme/ts-template:1.4.0"],
    ["+ create: does not exist", "#43; create#58; does not exist"],
    ["- delete", "#45; delete"],
    ["1. one", "1#46; one"],
    ["fa:fa-x", "fa#58;fa-x"],
    ["my-style:1", "my-#115;tyle:1"],
    ['"]', "#34;#93;"],
    ["$$$x$$", "#36; #36; #36;x#36; #36;"],
    ["😀", "#128512;"],
  ])("%s is written %s", (text, written) => {
    expect(escapeMermaid(text)).toBe(written);
  });
});
