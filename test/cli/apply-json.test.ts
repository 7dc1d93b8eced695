import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WarmResult } from "../rig/run-warm.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { type TemplateProject, writeTemplateProject } from "../scenarios/templates/template-project.js";

interface Line {
  readonly v: string;
  readonly seq: number;
  readonly ts: string;
  readonly run: string;
  readonly type: string;
  readonly [detail: string]: unknown;
}

/** Every line of stdout as what it must be: an object of the stream, in its order, the summary last and once. */
function readStream({ stdout }: WarmResult): Line[] {
  expect(stdout.endsWith("\n")).toBe(true);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_line, index) => index + 1));
  expect(lines[0]).toMatchObject({ type: "version", format: "warm.events/1" });
  for (const line of lines) {
    expect(line).toMatchObject({ v: "1", run: lines[0]?.run });
    expect(new Date(line.ts).toISOString()).toBe(line.ts);
  }
  expect(lines.filter(({ type }) => type === "summary")).toHaveLength(1);
  expect(lines.at(-1)?.type).toBe("summary");
  return lines;
}

describe("warm apply --json", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox);
  });
  afterAll(() => sandbox.dispose());

  const run = (...args: string[]) => sandbox.warm([...args, "--json", "--auto-approve"]);

  it("tells what is done, resource by resource, and nothing but that on either stream", async () => {
    const result = await run("apply");
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: "" });
    const lines = readStream(result);
    expect(lines.at(-1)).toMatchObject({ done: 5, failed: 0, skipped: 0, unhealthy: 0, interrupted: false });
    const done = lines.filter(({ type }) => type === "action-done").map(({ address }) => address);
    expect(done.at(-1)).toBe(`container.${project.container}`);
    expect(done).toHaveLength(5);
    for (const address of done) {
      const types = lines.filter((line) => line.address === address).map(({ type }) => type);
      expect(types[0]).toBe("action-started");
      expect(types.at(-1)).toBe("action-done");
    }
  });

  it("ends with a summary also when there is nothing to do", async () => {
    const result = await run("apply");
    expect(result.code).toBe(0);
    expect(readStream(result).at(-1)).toMatchObject({ done: 0, failed: 0, skipped: 0, unhealthy: 0 });
  });

  it("tells of a template that stopped to answer, and counts it", async () => {
    // How long to wait is no part of what is compared.
    sandbox.writeConfig(`${project.yaml}    health: { path: /, timeout: 1s }\n`);
    const container = sandbox.docker.getContainer(project.container);
    const exec = await container.exec({
      Cmd: ["sh", "-c", "kill -STOP $(cat /proc/1/task/1/children | cut -d' ' -f1)"],
    });
    await exec.start({});
    const result = await run("apply");
    expect(result.code).toBe(7);
    const lines = readStream(result);
    expect(lines.at(-2)).toMatchObject({ type: "action-failed", code: "unhealthy" });
    expect(lines.at(-1)).toMatchObject({ done: 0, failed: 1, unhealthy: 1 });
  });

  it("tells why something failed, with the last log lines", async () => {
    const blob = await sandbox.image("blobFailsHalfway");
    sandbox.writeConfig(
      project.yaml.replaceAll(project.id, sandbox.templateId("bad")).replace(project.blob, blob),
    );
    const result = await run("apply");
    expect(result.code).toBe(6);
    const failed = readStream(result).find(({ type }) => type === "action-failed");
    expect(failed).toMatchObject({
      code: "seed-failed",
      logs: expect.arrayContaining(["unpacking: giving up"]),
    });
  });

  it("removes with the same stream", async () => {
    sandbox.writeConfig(project.yaml);
    const result = await run("destroy");
    expect(result.code, result.stderr).toBe(0);
    expect(readStream(result).at(-1)).toMatchObject({ failed: 0, skipped: 0 });
  });

  it("without a terminal and without --auto-approve shows the plan beside the stream, and refuses", async () => {
    const { code, stdout, stderr } = await sandbox.warm(["apply", "--json"]);
    expect(code).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/Plan: 3 to create(.|\n)*error: there is no terminal to ask for approval on/);
  });
});
