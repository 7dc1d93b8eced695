import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { expect, it } from "vitest";
import { ACTIONS, type Change } from "../../src/model/plan.js";
import { COMMENT_BYTES } from "../../src/report/markdown/fill-comment.js";
import { formatPlanComment } from "../../src/report/markdown/format-plan-comment.js";
import { makeVisible } from "../../src/report/text/make-visible.js";
import { buildChange, buildDocument, buildField, buildUnchanged, TID_A, TID_B } from "./builders.js";

const render = (markdown: string) =>
  micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });

const here = { exists: true, id: "t" } as const;
const sample = [
  buildChange({ address: "image.127.0.0.1:5000/acme/ts-template:1.5.0" }),
  buildChange({
    address: `container.cyan-template-${TID_A}`,
    action: "replace",
    reasons: ["config-changed"],
    fields: [
      buildField({ path: "env.LOG_LEVEL", before: "info", after: "debug", line: 41 }),
      buildField({ path: "env.TOKEN", before: "(sensitive)", after: "(sensitive)", sensitive: true }),
    ],
    precondition: here,
  }),
  buildChange({
    address: `volume.cyan-${TID_B}`,
    action: "delete",
    reasons: ["orphaned"],
    precondition: here,
  }),
  buildChange({
    address: "network.cyanprint",
    action: "conflict",
    reasons: ["conflict-name"],
    heldBy: "network cyanprint",
    precondition: here,
  }),
  ...buildUnchanged(3),
];

it("a comment begins with its marker and its digest, and what is grave comes first", () => {
  const forecast = {
    pulls: [{ address: "image.127.0.0.1:5000/acme/ts-template:1.5.0", bytes: 212e6, newBytes: 34e6 }],
    downtime: [],
    dataLoss: [],
    loopbackPorts: 0,
  };
  const document = buildDocument(sample, { forecast, notes: ["templates.a: mind the gap"] });
  expect(formatPlanComment(document, { environment: "prod" })).toMatchInlineSnapshot(`
    "<!-- warm:plan project=cyanprint file=warm.yaml environment=prod -->
    <!-- warm:digest p1:9a44e0c17be041aa -->
    ### \`warm plan\` for \`cyanprint\` (\`prod\`)

    **Plan: 1 to create, 1 to replace, 1 to delete, 1 conflict, 3 unchanged.**

    > [!CAUTION]
    > **1 deletion, 1 replacement, 1 conflict to decide** of 4 changes.
    > - pulls 212.0 MB, 34.0 MB of it new to the host

    | | Resource | Action | Why |
    |---|---|---|---|
    | \`-\` | \`volume.cyan-77aa1b9e6c1f4f57a8a02f3c6f2f9c22\` | delete | no longer declared |
    | \`±\` | \`container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11\` | replace | its configuration changed; \`env.LOG_LEVEL\`, \`env.TOKEN\` |
    | \`!\` | \`network.cyanprint\` | conflict | the name is taken by a network that warm did not make; network cyanprint |
    | \`+\` | \`image.127.0.0.1:5000/acme/ts-template:1.5.0\` | pull | not on the host |

    Notes:
    - templates.a&#58; mind the gap

    <details><summary>2 fields</summary>

    \`\`\`text
      ± container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11  replace: its configuration changed
          env.LOG_LEVEL  "info" -> "debug"  forces replacement, changed in warm.yaml:41
          env.TOKEN      (sensitive)        forces replacement, changed in warm.yaml
    \`\`\`

    </details>

    <sub>From \`warm.yaml\` (sha256 \`c0ffeec0ffee\`) for \`unix:///var/run/docker.sock\`. Exactly this, or nothing: \`warm apply --expect-plan p1:9a44e0c17be041aa\`</sub>"
  `);
});

it("a plan without changes is a line", () => {
  expect(formatPlanComment(buildDocument(buildUnchanged(16)))).toMatchInlineSnapshot(`
    "<!-- warm:plan project=cyanprint file=warm.yaml -->
    <!-- warm:digest p1:9a44e0c17be041aa -->
    ### \`warm plan\` for \`cyanprint\`

    No changes. 16 resources match \`warm.yaml\`.

    <sub>From \`warm.yaml\` (sha256 \`c0ffeec0ffee\`) for \`unix:///var/run/docker.sock\`. Exactly this, or nothing: \`warm apply --expect-plan p1:9a44e0c17be041aa\`</sub>"
  `);
});

const many = (count: number, parts: Partial<Change>, name: string) =>
  Array.from({ length: count }, (_, index) =>
    buildChange({ address: `${name}-${String(index).padStart(5, "0")}`, ...parts }),
  );

it("of 5000 changes every deletion is there, within the budget, and what is missing is said", () => {
  const deletes = many(
    300,
    { action: "delete", reasons: ["orphaned"], precondition: here },
    `volume.cyan-${TID_A}`,
  );
  const updates = many(
    1_700,
    {
      action: "update",
      reasons: ["config-changed"],
      fields: [buildField({ path: "env.A" })],
      precondition: here,
    },
    "container.cyan-template",
  );
  const creates = many(3_000, {}, "container.cyan-new");
  const comment = formatPlanComment(buildDocument([...creates, ...updates, ...deletes]));
  expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(COMMENT_BYTES);
  for (const { address } of deletes) expect(comment).toContain(address);
  const rows = (render(comment).match(/<tr>/g) ?? []).length - 1;
  expect(rows).toBeGreaterThan(300);
  expect(comment).toContain(`${5_000 - rows} rows that only create, start or update are left out`);
  expect(comment).toContain("**300 deletions** of 5000 changes");
});

it("deletions that have no room with their reasons are listed without them", () => {
  const deletes = many(
    900,
    { action: "delete", reasons: ["orphaned"], precondition: here },
    `volume.cyan-${TID_A}`,
  );
  const comment = formatPlanComment(buildDocument([...many(4_100, {}, "container.new"), ...deletes]));
  expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(COMMENT_BYTES);
  for (const { address } of deletes) expect(comment).toContain(`- ${address}\n`);
  expect(comment).toContain("4100 other changes have no room here");
});

it("names that hold fences of their own end no list of deletions", () => {
  const deletes = many(
    900,
    { action: "delete", reasons: ["orphaned"], precondition: here },
    `volume.cyan-\`\`\`\`-${TID_A}`,
  );
  const comment = formatPlanComment(buildDocument(deletes));
  expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(COMMENT_BYTES);
  const html = render(comment);
  expect(html.match(/<pre>/g)).toHaveLength(1);
  const [, listed = ""] = /<pre><code[^>]*>(.*?)<\/code>/s.exec(html) ?? [];
  for (const { address } of deletes) expect(listed).toContain(`- ${address}\n`);
});

it("more deletions than a comment can hold are told at its top", () => {
  const deletes = many(
    5_000,
    { action: "delete", reasons: ["orphaned"], precondition: here },
    `volume.cyan-${TID_A}`,
  );
  const comment = formatPlanComment(buildDocument(deletes));
  expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(COMMENT_BYTES);
  const listed = deletes.filter(({ address }) => comment.includes(`- ${address}\n`)).length;
  expect(listed).toBeGreaterThan(1_000);
  const [head = ""] = comment.split("```text");
  expect(head).toContain(`${5_000 - listed} more that delete, replace or conflict have no room here`);
});

const NASTY = [
  "`",
  "``",
  "|",
  "\\",
  "\\|",
  "<script>alert(1)</script>",
  "<!--",
  "-->",
  "@everyone",
  "@acme/team",
  "#1",
  "\n",
  "\r\n",
  "\u001b[31m",
  "\u202e",
  "[x](javascript:1)",
  "![x](http://e.vil/p.png)",
  "https://e.vil",
  "www.e.vil",
  "**",
  "__",
  "~~",
  "</details>",
  "<img src=x onerror=1>",
  "- [ ] x",
  "| a | b |",
  ":smile:",
  "&lt;",
  "$x$",
  "a@b.com",
  " ",
  "\ud800",
];
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 6 })), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(""));

/** What a reader sees as words: what stands in code is shown as it is. */
const outsideOfCode = (html: string) =>
  html.replace(/<code\b.*?<\/code>/gs, "").replace(/<pre\b.*?<\/pre>/gs, "");

it("no text from a file or a host is anything but text", () => {
  const change = fc
    .record({
      name: nasty,
      action: fc.constantFrom(...ACTIONS.filter((action) => action !== "noop")),
      held: fc.option(nasty, { nil: undefined }),
      session: fc.option(nasty, { nil: undefined }),
      fields: fc.array(fc.record({ path: nasty, before: nasty, after: nasty }), { maxLength: 3 }),
    })
    .map(({ name, action, held, session, fields }) =>
      buildChange({
        address: `container.${name}`,
        action,
        ...(held === undefined ? {} : { heldBy: held }),
        ...(session === undefined ? {} : { session }),
        fields: fields.map((field) => buildField(field)),
      }),
    );
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 5 }),
      fc.record({ project: nasty, path: nasty, environment: nasty, endpoint: nasty, note: nasty }),
      (changes, { project, path, environment, endpoint, note }) => {
        const base = buildDocument(changes);
        const document = {
          ...base,
          project,
          notes: [note],
          config: { ...base.config, path },
          target: { ...base.target, endpoint },
          forecast: {
            pulls: [],
            downtime: [{ address: `container.${note}`, cause: "seeded-anew" as const, atMostMs: 60_000 }],
            dataLoss: [`volume.${note}`],
            loopbackPorts: 0,
          },
        };
        const comment = formatPlanComment(document, { environment });
        const [marker = ""] = comment.split("\n");
        const [, at = ""] = /^<!-- warm:plan project=(\S*) file=\S* environment=\S* -->$/.exec(marker) ?? [];
        expect(decodeURIComponent(at)).toBe(makeVisible(project));
        const html = render(comment);
        expect((html.match(/<tr>/g) ?? []).length).toBe(changes.length + 1);
        expect((html.match(/<td/g) ?? []).length).toBe(4 * changes.length);
        const words = outsideOfCode(html);
        expect(words).not.toMatch(/<(script|img|a|input|del|em)\b/);
        expect(words.match(/<!--/g) ?? []).toHaveLength(2);
        expect(words.match(/<\/details>/g)?.length ?? 0).toBe(words.match(/<details>/g)?.length ?? 0);
      },
    ),
    { numRuns: 300 },
  );
});

it("nobody is called by name, not even where a forge reads what Markdown leaves", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const document = buildDocument(
        [buildChange({ address: "container.a", action: "conflict", heldBy: text })],
        {
          notes: [text],
          project: text,
        },
      );
      expect(formatPlanComment(document)).not.toMatch(/@[A-Za-z]/);
    }),
    { numRuns: 300 },
  );
});
