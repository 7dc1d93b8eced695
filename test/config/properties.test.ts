import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load-config.js";
import { formatProblems } from "../../src/report/format-problems.js";
import { measureProblemsOf, problemsOf } from "./read-problems.js";

const WORDS = [
  ..."{}[]:,-?#&*!|>'\"%@`\\ \t\n",
  ...[
    "version",
    "project",
    "templates",
    "image",
    "env",
    "fromEnv",
    "engines",
    "ready",
    "__proto__",
    "constructor",
  ],
  ...[
    "1",
    "null",
    "~",
    "true",
    ": ",
    "- ",
    "\n  ",
    "\n    ",
    "&a ",
    "*a ",
    "<<",
    "---\n",
    "\0",
    "\x1b[31m",
    "é",
    "😀",
  ],
];
const yamlish = fc.array(fc.constantFrom(...WORDS), { maxLength: 200 }).map((words) => words.join(""));
const anyText = fc.oneof(fc.string({ unit: "binary", maxLength: 500 }), yamlish);

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const template = fc.record({
  image: name,
  blob: name,
  port: fc.integer({ min: 1, max: 65_535 }),
  env: fc.dictionary(
    fc.stringMatching(/^[A-Z_]{1,6}$/),
    fc.string({ maxLength: 10 }).map((text) => text.replaceAll("\0", "")),
    {
      maxKeys: 3,
    },
  ),
});
const templates = fc.uniqueArray(fc.tuple(name, template), { selector: ([id]) => id, maxLength: 6 });
// JSON is YAML.
const fileOf = (entries: readonly [string, unknown][]) =>
  JSON.stringify({ version: 1, project: "demo", templates: Object.fromEntries(entries) }, undefined, 1);

describe("over all files", () => {
  test("a text is accepted or refused with problems, within two seconds", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const { problems, cpuMs } = await measureProblemsOf(text);
        expect(cpuMs).toBeLessThan(2_000);
        const lines = text.split(/\r?\n/).length;
        for (const { line, column, hint } of problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines + 1);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(hint).toBeTruthy();
        }
        expect(problems).toEqual(problems.toSorted((a, b) => a.line - b.line || a.column - b.column));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        expect(formatProblems(problems, "text")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }),
      { numRuns: 2_000 },
    );
  });

  test("any value in the place of any setting is accepted or refused with problems", async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const keys = [
      "cron",
      "timeZone",
      "for",
      "size",
      "min",
      "max",
      "surge",
      "unavailable",
      "memory",
      "swap",
      "log",
      "ttl",
    ];
    const part = fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(fc.constantFrom("1m", "1GiB", 0, 7), value),
    );
    const anyPart = fc.oneof(part, fc.array(part, { maxLength: 3 }));
    const settings = [
      "version",
      "project",
      "prefix",
      "pull",
      "templates",
      "sessions",
      "engines",
      "interval",
      "prune",
    ];
    const file = fc.dictionary(fc.constantFrom(...settings), value).chain((top) =>
      fc
        .record({
          id: name,
          field: fc.constantFrom(
            ...["image", "health", "env", "resources", "ready", "job", "size", "schedule", "scale", "lease"],
            ...["rollout", "errors", "logs", "ports", "maxMemory", "quarantine", "reset", "security"],
          ),
          value: fc.oneof(value, anyPart),
        })
        .map(({ id, field, value: inner }) => ({
          ...top,
          engines: { [id]: { [field]: inner } },
          templates: { [id]: { [field]: inner } },
        })),
    );
    await fc.assert(
      fc.asyncProperty(file, async (object) => {
        await problemsOf(JSON.stringify(object));
      }),
      { numRuns: 1_000 },
    );
  });

  test("the order of templates in the file changes no resource but its lines", async () => {
    await fc.assert(
      fc.asyncProperty(templates, async (entries) => {
        const resourcesOf = async (text: string) => {
          const { desired } = await parseConfig({ text, file: "warm.yaml", directory: "/srv", env: {} });
          return desired.resources.map(({ lines: _lines, ...rest }) => rest);
        };
        expect(await resourcesOf(fileOf(entries.toReversed()))).toEqual(await resourcesOf(fileOf(entries)));
      }),
      { numRuns: 200 },
    );
  });
});
