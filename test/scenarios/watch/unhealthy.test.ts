import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { projectYaml } from "../templates/template-project.js";
import {
  countOf,
  eventually,
  expectKillHealed,
  isRunning,
  namesOf,
  readStatus,
  type Watching,
  watch,
} from "./watched-project.js";

let sandbox: Sandbox;
let images: { readonly good: string; readonly sick: string; readonly blob: string };
beforeAll(async () => {
  sandbox = await createSandbox();
  const [good, sick, blob] = await Promise.all([
    sandbox.image("template"),
    sandbox.image("neverHealthy"),
    sandbox.image("blob"),
  ]);
  images = { good, sick, blob };
});
afterAll(() => sandbox.dispose());

const well = () => namesOf(sandbox, "well");
const ill = () => namesOf(sandbox, "ill");

/** Two templates: one that is well, and one with this image and these lines. */
function save(image: string, lines: readonly string[]): void {
  const { blob, good } = images;
  const templates = {
    [ill().id]: { image, blob, lines },
    [well().id]: { image: good, blob },
  };
  sandbox.writeConfig(projectYaml(sandbox, templates, ["flapping: { heals: 100 }"]));
}

const failures = (watching: Watching, since = 0) =>
  watching
    .lines()
    .slice(since)
    .filter(({ msg, address }) => msg === "change failed" && address === ill().address);
const atMs = (line: { readonly [field: string]: unknown }) => Date.parse(String(line.time));

describe("a template that can never become healthy", () => {
  const QUICK = "health: { interval: 200ms, timeout: 1s }";
  let watching: Watching;
  beforeAll(() => {
    save(images.sick, [QUICK]);
    watching = watch(sandbox);
  });
  afterAll(() => watching.stop());

  it("is tried again after longer and longer, and told each time", async () => {
    await eventually(() => failures(watching).length >= 3);
    const tries = failures(watching).slice(0, 3);
    expect(tries.map(({ failures }) => failures)).toEqual([1, 2, 3]);
    for (const [index, { nextTryInMs }] of tries.entries()) {
      expect(nextTryInMs).toBeGreaterThanOrEqual(900 * 2 ** index);
      expect(nextTryInMs).toBeLessThanOrEqual(1100 * 2 ** index);
    }
    const [first = 0, second = 0, third = 0] = tries.map(atMs);
    expect(second - first).toBeGreaterThan(1_900);
    expect(third - second).toBeGreaterThan(second - first);
  });

  it("says in status.json why, with its last log lines, and when the next try is", async () => {
    await eventually(() => readStatus(sandbox).resources[ill().address]?.failures === 3);
    const memory = readStatus(sandbox).resources[ill().address];
    expect(memory).toMatchObject({
      sync: "out-of-sync",
      error: { code: "unhealthy", logs: ["never listening"] },
    });
    const lastTry = failures(watching)[2];
    const nextTryMs = Date.parse(memory?.nextTryAt ?? "");
    expect(nextTryMs - atMs(lastTry ?? {})).toBeGreaterThan(3_500);
    expect(nextTryMs - atMs(lastTry ?? {})).toBeLessThan(4_500);
  });

  it("holds up no other one that is damaged meanwhile", async () => {
    expect(await isRunning(sandbox, well().container)).toBe(true);
    await watching.line(({ msg, address }) => msg === "change applied" && address === well().address);
    await expectKillHealed(sandbox, well().container, 2_000);
  });

  it("is tried at once with a new spec, and backs off from the start again", async () => {
    await eventually(() => failures(watching).length >= 3);
    const since = watching.lines().length;
    const savedAt = Date.now();
    save(images.sick, [QUICK, "env: { TRY: again }"]);
    await eventually(() => failures(watching, since).length >= 1);
    const [first] = failures(watching, since);
    expect(first).toMatchObject({ failures: 1 });
    expect(atMs(first ?? {}) - savedAt).toBeLessThan(3_500);
  });

  it("is made right by a good image, and forgotten as a failure", async () => {
    save(images.good, [QUICK]);
    await watching.line(({ msg, address }) => msg === "change applied" && address === ill().address);
    await watching.quiet();
    expect(await isRunning(sandbox, ill().container)).toBe(true);
    await eventually(() => readStatus(sandbox).resources[ill().address]?.failures === 0);
    expect(readStatus(sandbox).resources[ill().address]?.error).toBeUndefined();
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
  });
});

describe("a template whose health is waited for", () => {
  let watching: Watching;
  beforeAll(async () => {
    save(images.sick, ["health: { interval: 500ms, timeout: 30s }"]);
    watching = watch(sandbox);
    await eventually(async () => {
      const { docker } = sandbox;
      const filters = { label: [`warm.project=${sandbox.project}`], ancestor: [images.sick] };
      return (await docker.listContainers({ filters }).catch(() => [])).length > 0;
    });
  });
  afterAll(() => watching.stop());

  it("holds up no other one: it is healed within 2 s", async () => {
    await eventually(() => isRunning(sandbox, well().container));
    await watching.line(({ msg }) => msg === "pass done");
    await expectKillHealed(sandbox, well().container, 2_000);
    expect(failures(watching)).toEqual([]);
  });

  it("is given up for a new file at once, which is no failure of its own", async () => {
    const savedAt = Date.now();
    save(images.good, ["health: { interval: 500ms, timeout: 30s }", "env: { MARK: good }"]);
    await watching.line(({ msg, address }) => msg === "change applied" && address === ill().address);
    expect(Date.now() - savedAt).toBeLessThan(8_000);
    await watching.quiet();
    expect(failures(watching)).toEqual([]);
    expect(countOf(watching, "config loaded")).toBe(1);
    expect(await isRunning(sandbox, ill().container)).toBe(true);
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
  });
});
