import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { callWarm } from "./rig/call-warm.js";

const MODELINE = /^# yaml-language-server: \$schema=(\S+)$/m;
const readme = readFileSync("README.md", "utf8");
const section = readme.split("### Editor set-up\n")[1]?.split(/\n##+ /)[0] ?? "";
const modelines = [...section.matchAll(new RegExp(MODELINE.source, "gm"))].map(([, path = ""]) => path);

const examples = readdirSync("examples")
  .map((name) => `examples/${name}/warm.yaml`)
  .filter((file) => existsSync(file));

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "warm-editor-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const warm = (...args: string[]) => callWarm(args, dir, {});

/** As a language server takes it: relative to the file. @returns undefined where there is no schema */
function schemaOf(file: string): object | undefined {
  const [, path = ""] = MODELINE.exec(readFileSync(file, "utf8")) ?? [];
  const schema = resolve(dirname(file), path);
  return existsSync(schema) ? JSON.parse(readFileSync(schema, "utf8")) : undefined;
}

describe("the schema for editors", () => {
  it("is named by `warm init` as the README says, and is found where warm is a package of the project", async () => {
    mkdirSync(join(dir, "node_modules"));
    symlinkSync(resolve("."), join(dir, "node_modules/warm"));
    await warm("init");
    const file = join(dir, "warm.yaml");
    expect(MODELINE.exec(readFileSync(file, "utf8"))?.[1]).toBe(modelines[0]);
    const schema = schemaOf(file);
    if (schema === undefined) throw new Error("no schema is found");
    const isValid = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    expect(isValid(parse(readFileSync(file, "utf8")))).toBe(true);
    expect(isValid({ version: 1, project: "p", template: {} })).toBe(false);
  });

  it("is packed: the path goes through what the package gives away", () => {
    const { files, name } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(modelines[0]).toBe(`./node_modules/${name}/schemas/warm.schema.json`);
    expect(files).toContain("schemas");
  });

  it("is the one that `warm schema` prints, for a file beside it", async () => {
    writeFileSync(join(dir, "warm.schema.json"), (await warm("schema")).stdout);
    writeFileSync(join(dir, "warm.yaml"), `# yaml-language-server: $schema=${modelines[1]}\nversion: 1\n`);
    expect(schemaOf(join(dir, "warm.yaml"))).toEqual(
      JSON.parse(readFileSync("schemas/warm.schema.json", "utf8")),
    );
  });

  it.each(["warm.yaml", ...examples])("is found from %s", (file) => {
    expect(schemaOf(resolve(file))).toMatchObject({ title: "warm.yaml" });
  });

  it("is mapped in each editor's own way, by settings that can be pasted", () => {
    expect(modelines).toHaveLength(2);
    const [, settings = ""] = /`(\{ "yaml\.schemas".*?\})`/.exec(section) ?? [];
    expect(JSON.parse(settings)).toEqual({ "yaml.schemas": { [modelines[1] ?? ""]: "**/warm.yaml" } });
    expect(section).toContain(`["${modelines[1]}"] = "**/warm.yaml"`);
    expect(section).toContain(`"${modelines[1]}" = "**/warm.yaml"\``);
  });
});
