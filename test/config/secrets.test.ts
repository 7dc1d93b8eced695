import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig, parseConfig } from "../../src/config/load-config.js";
import { ConfigError } from "../../src/model/problem.js";
import { isSecret } from "../../src/model/secret.js";
import { formatProblems } from "../../src/report/format-problems.js";

const VALUE = "hunter2-very-secret";
let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "warm-secrets-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

const withToken = (source: string) =>
  `version: 1\nproject: demo\ntemplates:\n  web:\n    image: a\n    blob: b\n    env: { TOKEN: ${source} }\n`;

async function loadToken(source: string, env: Record<string, string> = {}) {
  const loaded = await parseConfig({ text: withToken(source), file: "warm.yaml", directory, env });
  const token = loaded.config.templates[0]?.env.TOKEN;
  return { loaded, token: isSecret(token) ? token : undefined };
}

async function problemOf(source: string) {
  try {
    await loadToken(source);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems[0];
    throw error;
  }
  return undefined;
}

describe("a secret", () => {
  test("comes from the environment", async () => {
    const { token } = await loadToken("{ fromEnv: CI_TOKEN }", { CI_TOKEN: VALUE });
    expect(token?.reveal()).toBe(VALUE);
    expect(token?.from).toEqual({ env: "CI_TOKEN" });
  });

  test.each([
    ["as it is", VALUE, VALUE],
    ["without the newline at its end", `${VALUE}\n`, VALUE],
    ["of which one is dropped", `${VALUE}\n\n`, `${VALUE}\n`],
    ["also one of Windows", `${VALUE}\r\n`, VALUE],
    ["from 64 KiB", "x".repeat(65_536), "x".repeat(65_536)],
  ])("comes from a file, %s", async (_name, content, expected) => {
    writeFileSync(join(directory, "token"), content);
    const { token } = await loadToken("{ fromFile: ./token }");
    expect(token?.reveal()).toBe(expected);
  });

  test("comes from a file through a link, as Kubernetes mounts it", async () => {
    writeFileSync(join(directory, "target"), VALUE);
    symlinkSync(join(directory, "target"), join(directory, "link"));
    expect((await loadToken("{ fromFile: link }")).token?.reveal()).toBe(VALUE);
  });

  test("is never in what is printed of a loaded file", async () => {
    const { loaded } = await loadToken("{ fromEnv: CI_TOKEN }", { CI_TOKEN: VALUE });
    const printed = [
      JSON.stringify(loaded),
      inspect(loaded, { depth: 20, showHidden: true }),
      String(loaded.notes),
    ];
    for (const text of printed) expect(text).not.toContain(VALUE);
    expect(JSON.stringify(loaded.desired)).toContain('"TOKEN":"(sensitive)"');
  });

  test("is never in the problems of the rest of the file", async () => {
    const path = join(directory, "warm.yaml");
    writeFileSync(join(directory, "bad"), `${VALUE}\0`);
    writeFileSync(
      path,
      `${withToken("{ fromEnv: CI_TOKEN }")}    prot: 80\n  x: { image: a, blob: b, env: { T: { fromFile: bad } } }\n`,
    );
    const error = await loadConfig({ path, cwd: "/", env: { CI_TOKEN: VALUE } }).catch(
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ConfigError)) throw new Error("the file was accepted");
    expect(error.problems.map(({ rule }) => rule)).toEqual(["unknown-key", "secret-source"]);
    for (const format of ["text", "json", "github"] as const) {
      expect(formatProblems(error.problems, format)).not.toContain(VALUE);
    }
  });
});

describe("a secret's source that gives none is a problem", () => {
  test.each([
    ["{ fromEnv: CI_TOKEN }", "the environment variable `CI_TOKEN` is not set"],
    ["{ fromFile: absent }", "the secret's file `absent` does not exist"],
    ["{ fromFile: large }", "the secret's file `large` is larger than 64 KiB"],
    ["{ fromFile: binary }", "the secret's file `binary` is not UTF-8 text"],
    ["{ fromFile: nul }", "the secret's file `nul` has a NUL byte"],
  ])("%s", async (source, message) => {
    writeFileSync(join(directory, "large"), "x".repeat(65_537));
    writeFileSync(join(directory, "binary"), Buffer.from([0xff, 0xfe, 0x00]));
    writeFileSync(join(directory, "nul"), "a\0b");
    expect(await problemOf(source)).toMatchObject({ rule: "secret-source", line: 7, message });
  });

  test("a variable that is set but empty is noted", async () => {
    const { loaded } = await loadToken("{ fromEnv: CI_TOKEN }", { CI_TOKEN: "" });
    expect(loaded.notes).toEqual(["templates.web.env.TOKEN: the variable CI_TOKEN is set but empty"]);
  });
});
