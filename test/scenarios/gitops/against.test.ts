import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PlanDocument } from "../../../src/model/plan-document.js";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { through } from "../templates/proxied-apply.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { eventually, watch } from "../watch/watched-project.js";

const SECRET = "hunter2-in-the-environment";
const env = { WARM_TEST_TOKEN: SECRET };
/** No Docker answers there: what speaks to one fails. */
const NO_HOST = ["--host", "unix:///nowhere/docker.sock"];

describe("a plan against a snapshot", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox, {
      lines: ["env: { TOKEN: { fromEnv: WARM_TEST_TOKEN }, LOG: info }", "resources: { memory: 100000001B }"],
    });
    const applied = await sandbox.call(["apply", "--auto-approve"], { env });
    expect(applied.code, applied.stderr).toBe(0);
    await sandbox.docker.createVolume({
      Name: `${sandbox.id}-foreign`,
      Labels: { "traefik.password": SECRET, [sandbox.id]: "" },
    });
    const taken = await sandbox.call(["snapshot", "--out", "snapshot.json"]);
    expect(taken.code, taken.stderr).toBe(0);
  });
  afterAll(() => sandbox.dispose());

  const snapshot = () => readFileSync(join(sandbox.dir, "snapshot.json"), "utf8");
  const against = (...args: readonly string[]) =>
    sandbox.call(["plan", "--against", "snapshot.json", ...args, ...NO_HOST]);
  const json = (text: string) => JSON.parse(text) as PlanDocument;

  it("has no secret, no hash of one, and no label that is not warm's", async () => {
    expect(snapshot()).not.toContain(SECRET);
    expect(snapshot()).not.toContain("traefik");
    expect(snapshot()).toContain(`${sandbox.id}-foreign`);
    const { Labels } = (await sandbox.docker.getContainer(project.container).inspect()).Config;
    const [, hash = ""] = /"\$secret":"[^"]*:([0-9a-f]{32})"/.exec(Labels["warm.spec"] ?? "") ?? [];
    expect(hash).toHaveLength(32);
    expect(snapshot()).not.toContain(hash);
  });

  it("of an unchanged file finds nothing, without Docker and without the secrets", async () => {
    const { code, stdout, stderr } = await against("--detailed-exitcode");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("No changes. 5 resources match warm.yaml.");
  });

  it("of a file that differs by one field shows that one field, and has the digest of a plan on the host", async () => {
    sandbox.writeConfig(project.yaml.replace("LOG: info", "LOG: debug"));
    try {
      const { code, stdout } = await against("--format", "json", "--detailed-exitcode");
      expect(code).toBe(2);
      const plan = json(stdout);
      expect(plan.changes).toHaveLength(1);
      expect(plan.changes[0]?.fields).toMatchObject([
        { path: "env.LOG", before: "info", after: "debug", line: 9 },
      ]);
      const onHost = json((await sandbox.call(["plan", "--format", "json"], { env })).stdout);
      expect(plan.digest).toBe(onHost.digest);
      expect(plan.changes).toEqual(onHost.changes);
    } finally {
      sandbox.writeConfig(project.yaml);
    }
  });

  it("sees limits that only the new file asks for", async () => {
    sandbox.writeConfig(project.yaml.replace("memory: 100000001B", "memory: 100000001B, pids: 64"));
    try {
      const plan = json((await against("--format", "json")).stdout);
      expect(plan.changes.flatMap(({ fields }) => fields.map(({ path }) => path))).toEqual([
        "resources.pids",
      ]);
    } finally {
      sandbox.writeConfig(project.yaml);
    }
  });

  it("can be saved, and applied on the host while nothing has moved", async () => {
    sandbox.writeConfig(project.yaml.replace("LOG: info", "LOG: warn"));
    const saved = await against("--out", "the.plan");
    expect(saved.code, saved.stderr).toBe(0);
    const applied = await sandbox.call(["apply", "the.plan"], { env });
    expect(applied.code, applied.stderr).toBe(0);
    sandbox.writeConfig(project.yaml);
    expect((await sandbox.call(["apply", "--auto-approve"], { env })).code).toBe(0);
  });

  it.each([
    ["is missing", undefined, "there is no snapshot other.json"],
    ["is empty", "", "other.json is empty"],
    ["is cut off", '{"format":"warm.snapshot/1","project":"x', "other.json is not JSON, or is cut off"],
    ["is something else", '{"format":"warm.plan/1"}', "other.json is not a snapshot of warm"],
    [
      "is of a later version",
      '{"format":"warm.snapshot/2"}',
      "was taken by another warm (snapshot format 2)",
    ],
    [
      "lacks a part",
      '{"format":"warm.snapshot/1","project":"x"}',
      "is not a whole snapshot: observed is missing",
    ],
  ])("is refused when the snapshot %s", async (_what, text, message) => {
    if (text !== undefined) writeFileSync(join(sandbox.dir, "other.json"), text);
    const { code, stderr } = await sandbox.call(["plan", "--against", "other.json", ...NO_HOST]);
    expect(code, stderr).toBe(64);
    expect(stderr).toContain(message);
  });

  it("is refused for another project's file, and for a bad one", async () => {
    sandbox.writeConfig("version: 1\nproject: another\n", "another.yaml");
    const other = await against("--file", "another.yaml");
    expect(other.code).toBe(4);
    expect(other.stderr).toContain(`is of project another, and the snapshot is of ${sandbox.project}`);
    sandbox.writeConfig("version: 1\nproject: x\ntemplate: {}\n", "bad.yaml");
    expect((await against("--file", "bad.yaml")).code).toBe(3);
  });
});

describe("a plan by a watcher's word", () => {
  it("is what the watcher's host would need, and nothing there is read for it", async () => {
    await using sandbox = await createSandbox();
    const project = await writeTemplateProject(sandbox, { lines: ["env: { LOG: info }"] });
    await apply(sandbox);
    const tokens = { WARM_API_TOKENS: "ci=read:a-token-of-32-characters-or-more" };
    await using watching = watch(sandbox, ["--listen", "127.0.0.1:0"], { env: tokens });
    const { url } = (await watching.line(({ msg }) => msg === "listening")) as unknown as { url: string };
    sandbox.writeConfig(project.yaml.replace("LOG: info", "LOG: debug"), "candidate.yaml");
    const ask = (...args: readonly string[]) =>
      sandbox.call(["plan", "--file", "candidate.yaml", "--against", url, ...NO_HOST, ...args], {
        env: { WARM_API_TOKEN: "a-token-of-32-characters-or-more" },
      });
    const stdout = await eventually(
      async () => {
        const { code, stdout: comment } = await ask("--detailed-exitcode", "--format", "markdown");
        return code === 2 ? comment : undefined;
      },
      () => watching.warm.output.stderr,
    );
    expect(stdout.split("\n")[0]).toBe(`<!-- warm:plan project=${sandbox.project} file=candidate.yaml -->`);
    expect(stdout).toContain("env.LOG");
    const narrowed = await ask("--target", `container.${project.container}`);
    expect(narrowed.code).toBe(64);
    expect(narrowed.stderr).toContain("a watcher plans a file as a whole");
  });
});

describe("a file by itself", () => {
  it("is checked and told without any host, as text, JSON and a comment", async () => {
    await using sandbox = await createSandbox();
    const proxy = await startFaultProxy(sandbox.socketPath);
    const project = await writeTemplateProject(sandbox, {
      image: "127.0.0.1:1/a:1",
      blob: "127.0.0.1:1/b:1",
      lines: ["env: { TOKEN: { fromEnv: NOT_SET }, FILE: { fromFile: /etc/shadow } }"],
    });
    const offline = (...args: readonly string[]) =>
      sandbox.call(["plan", "--offline", ...args], through(proxy));
    const text = await offline();
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toContain(`container.${project.container}  after network.${project.network}`);
    expect(text.stdout).toContain("warm.yaml is valid: 5 resources. No host was asked");
    const report = JSON.parse((await offline("--format", "json")).stdout);
    expect(report).toMatchObject({ format: "warm.offline/1", project: sandbox.project });
    expect(report.resources).toHaveLength(5);
    const comment = (await offline("--format", "markdown", "--environment", "prod")).stdout;
    expect(comment.split("\n")[0]).toBe(
      `<!-- warm:plan project=${sandbox.project} file=warm.yaml environment=prod -->`,
    );
    expect(proxy.calls).toEqual([]);
    sandbox.writeConfig(`${project.yaml}nonsense: 1\n`);
    expect((await offline()).code).toBe(3);
    expect((await offline("--out", "x")).code).toBe(64);
    await proxy.stop();
  });
});
