import { truncateSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkSchemas } from "../../../src/jobs/outputs/check-schemas.js";
import { loadSchema } from "../../../src/jobs/outputs/load-schema.js";
import { createSchemaCache } from "../../../src/jobs/outputs/schema-cache.js";
import { temporaryFolder } from "../data/folders.js";
import { packTree } from "./archives.js";
import { anOutput, exportTo } from "./export.js";

const MAP = {
  type: "object",
  required: ["axes", "cells"],
  properties: { axes: { const: ["x", "z"] }, cells: { type: "array", items: { type: "integer" } } },
  additionalProperties: false,
};

function writeSchema(schema: unknown): string {
  const path = join(temporaryFolder(), "map.schema.json");
  writeFileSync(path, typeof schema === "string" ? schema : JSON.stringify(schema));
  return path;
}

async function exportChecked(content: string | Uint8Array, schema: unknown = MAP, pattern = "map.json") {
  const archive = await packTree("world", { "map.json": content, "other.bin": "\0" });
  return exportTo(temporaryFolder(), archive, { output: { schemas: { [pattern]: writeSchema(schema) } } });
}

describe("files against their schema", () => {
  test("a file that is as its schema has it passes, others are not looked at", async () => {
    expect(await exportChecked('{"axes":["x","z"],"cells":[1,2]}')).toHaveLength(2);
    expect(await exportChecked("no JSON", MAP, "*.absent")).toHaveLength(2);
  });

  test("mistakes are told with their places, five of them", async () => {
    const cells = [1, "a", null, 2.5, {}, [], true];
    const error = await exportChecked(JSON.stringify({ axes: ["x", "y"], cells, more: 1 })).catch(
      (thrown) => thrown,
    );
    expect(error.code).toBe("rejected");
    expect(error.message.replace(/as \S+ has/, "as SCHEMA has")).toMatchInlineSnapshot(
      `"the exported file "raw/map.json" is not as SCHEMA has it: the whole must NOT have additional properties: "more"; "/axes" must be equal to constant: ["x","z"]; "/cells/1" must be integer; "/cells/2" must be integer; "/cells/3" must be integer; and 3 more"`,
    );
  });

  test.each([
    ["text", "no JSON", "is no JSON"],
    ["nothing", "", "is no JSON"],
    ["half a file", '{"axes":["x","z"],"cells":[1,', "is no JSON"],
    ["latin1", Buffer.from('"\xff"', "latin1"), "is no JSON"],
    ["another type", "[]", "the whole must be object"],
  ])("%s is refused", async (_, content, message) => {
    await expect(exportChecked(content)).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining(`the exported file "raw/map.json" `),
    });
    await expect(exportChecked(content)).rejects.toThrow(message);
  });

  test("both drafts are spoken, each with its own words", async () => {
    const tuple = "[1,2]";
    const newer = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      prefixItems: [true, { type: "string" }],
    };
    const older = { $schema: "http://json-schema.org/draft-07/schema#", items: [true, { type: "string" }] };
    await expect(exportChecked(tuple, newer)).rejects.toThrow('"/1" must be string');
    await expect(exportChecked(tuple, older)).rejects.toThrow('"/1" must be string');
  });

  test("a large file that is wrong all over tells its first mistake", async () => {
    const cells = Array.from({ length: 400_000 }, () => "x");
    await expect(exportChecked(JSON.stringify({ axes: ["x", "z"], cells }))).rejects.toThrow(
      /has it: "\/cells\/0" must be integer$/,
    );
  });

  test("a file over 64 MiB is not read", async () => {
    const dir = temporaryFolder();
    await mkdir(join(dir, "raw"));
    writeFileSync(join(dir, "raw/map.json"), "");
    const size = 64 * 2 ** 20 + 1;
    truncateSync(join(dir, "raw/map.json"), size);
    const output = anOutput({ schemas: { "*.json": writeSchema(MAP) } });
    const files = [{ path: "raw/map.json", size, sha256: "" }];
    await expect(checkSchemas({ output, files, dir, schemas: createSchemaCache() })).rejects.toThrow(
      "is too large to be checked: 67108865 bytes",
    );
  });

  test("a value as deep as the stack is refused", async () => {
    const nested = { type: "array", items: { $ref: "#" } };
    await expect(exportChecked(`${"[".repeat(200_000)}${"]".repeat(200_000)}`, nested)).rejects.toMatchObject(
      {
        code: "rejected",
      },
    );
  });
});

describe("a schema that is none", () => {
  test.each([
    ["text", "{", "is no JSON"],
    ["a list", [], "is no object"],
    ["an unknown type", { type: "heap" }, "cannot be used"],
    ["a reference to nothing", { $ref: "other.json" }, "cannot be used"],
    ["a pattern that is none", { pattern: "(" }, "cannot be used"],
    [
      "another draft",
      { $schema: "http://json-schema.org/draft-04/schema#" },
      "is of a draft that is not known",
    ],
    ["a promise", { $async: true }, "has `$async`"],
  ])("%s is named with its file", async (_, schema, why) => {
    const path = writeSchema(schema);
    await expect(loadSchema(path)).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining(`the JSON Schema ${path} ${why}`),
    });
  });

  test("one that is not there is named", async () => {
    const path = join(temporaryFolder(), "absent.json");
    await expect(loadSchema(path)).rejects.toThrow(`the JSON Schema ${path} cannot be read: ENOENT`);
  });
});

test("a schema is compiled once, and again when its file changes", async () => {
  const schemas = createSchemaCache();
  const path = writeSchema({ type: "string" });
  const first = await schemas.get(path);
  expect(await schemas.get(path)).toBe(first);
  writeFileSync(path, JSON.stringify({ type: "integer", minimum: 0 }));
  expect((await schemas.get(path))("text", false)).toEqual([{ pointer: "", why: "must be integer" }]);
});
