import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { ownedNames } from "../seeding/seeded-template.js";
import { projectYaml } from "../templates/template-project.js";
import {
  countOf,
  eventually,
  expectKillHealed,
  isRunning,
  namesOf,
  readStatus,
  told,
  type Watching,
  watch,
} from "./watched-project.js";

const ALL = ["a", "b", "c", "d", "e"];
let sandbox: Sandbox;
let image: string;
let blob: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  [image, blob] = await Promise.all([sandbox.image("template"), sandbox.image("blob")]);
});
afterAll(() => sandbox.dispose());

const named = (label: string) => namesOf(sandbox, label);

function save(labels: readonly string[], lines: readonly string[] = [], head: readonly string[] = []): void {
  const templates = labels.map((label) => [named(label).id, { image, blob, lines }]);
  const top = ["interval: 1m", "flapping: { heals: 100 }", ...head];
  sandbox.writeConfig(projectYaml(sandbox, Object.fromEntries(templates), top));
}

const namesFor = (labels: readonly string[]) =>
  labels.flatMap((label) => [named(label).container, named(label).volume]).sort();
/** What is ours but for the lock. */
const owned = async () => (await ownedNames(sandbox)).filter((name) => !name.startsWith("warm-lock"));

describe("a file that loses most of what there is", () => {
  let watching: Watching;
  let since: number;
  beforeAll(async () => {
    save(ALL);
    watching = watch(sandbox);
    await eventually(async () =>
      (await Promise.all(ALL.map((label) => isRunning(sandbox, named(label).container)))).every(Boolean),
    );
  });
  afterAll(() => watching.stop());
  beforeEach(() => {
    since = watching.lines().length;
  });
  const refused = () => countOf(watching, "guard refused", since);

  it("deletes nothing, and is told once; what stays is still healed", async () => {
    await watching.quiet();
    since = watching.lines().length;
    save(["a"]);
    await watching.line(({ msg }) => msg === "guard refused", since);
    await expectKillHealed(sandbox, named("a").container, 3_000);
    await sleep(500);
    expect(await owned()).toEqual(namesFor(ALL));
    expect(refused()).toBe(1);
    const [line] = watching.lines().filter(({ msg }) => msg === "guard refused");
    expect(line).toMatchObject({ level: "error", deletes: 8 });
    expect(line?.detail).toContain("--allow-deletes");
    await eventually(() => readStatus(sandbox).guard !== undefined);
    expect(readStatus(sandbox).guard).toMatchObject({ deletes: 8, owned: 11 });
  });

  it("holds nothing back any more once it is whole again", async () => {
    save(ALL);
    await watching.line(({ msg }) => msg === "guard satisfied", since);
    await watching.quiet();
    expect(await owned()).toEqual(namesFor(ALL));
    await eventually(() => readStatus(sandbox).guard === undefined);
  });

  it("is not carried out in part: what else the file changes waits too", async () => {
    save(["a"], ["env: { NEW: value }"]);
    await watching.line(({ msg }) => msg === "guard refused", since);
    await sleep(500);
    const env = async () => (await sandbox.docker.getContainer(named("a").container).inspect()).Config.Env;
    expect(await env()).not.toContain("NEW=value");
    expect(refused()).toBe(1);
  });

  it("is carried out when somebody allows it, and nothing of it is left", async () => {
    const { code } = await sandbox.call(["resume", "--allow-deletes"]);
    expect(code).toBe(0);
    await eventually(async () => (await owned()).length === 2);
    await watching.quiet();
    expect(await owned()).toEqual(namesFor(["a"]));
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
    const errors = told(watching.lines().slice(since)).filter(({ level }) => level === "error");
    expect(errors).toEqual([]);
  });

  it("is refused again: what was allowed was that one time", async () => {
    save(["a", "b", "c", "d"]);
    await eventually(async () => (await owned()).length === 8);
    await watching.quiet();
    since = watching.lines().length;
    save(["a"]);
    await watching.line(({ msg }) => msg === "guard refused", since);
    await sleep(500);
    expect(await owned()).toEqual(namesFor(["a", "b", "c", "d"]));
  });

  it("is refused although somebody allowed deletions when there were none to make", async () => {
    save(["a", "b", "c", "d"]);
    await watching.line(({ msg }) => msg === "guard satisfied", since);
    await sandbox.call(["resume", "--allow-deletes"]);
    await watching.line(({ msg }) => msg === "resumed", since);
    await watching.quiet();
    since = watching.lines().length;
    save(["a"]);
    await watching.line(({ msg }) => msg === "guard refused" || msg === "change applied", since);
    expect(refused()).toBe(1);
    expect(await owned()).toEqual(namesFor(["a", "b", "c", "d"]));
  });
});

describe("with `drift: detect`", () => {
  it("a killed container stays dead and is told once, a changed file is applied", async () => {
    const { container, address } = named("a");
    await sandbox.call(["destroy", "--auto-approve"]);
    save(["a"], [], ["drift: detect"]);
    // What a watcher has once seen as it should be, it would take for drift.
    const watching = watch(sandbox, ["--state-dir", ".detecting"]);
    await watching.line(({ msg, address: of }) => msg === "change applied" && of === address);
    await watching.quiet();
    const since = watching.lines().length;
    await sandbox.docker.getContainer(container).kill();
    await watching.line(({ msg }) => msg === "resource out of sync", since);
    // An event of ours causes another pass, which has nothing new to tell.
    await sandbox.docker.getContainer(container).update({ Memory: 64 << 20, MemorySwap: 64 << 20 });
    await sleep(700);
    expect(countOf(watching, "pass done", since)).toBeGreaterThan(1);
    expect(await isRunning(sandbox, container)).toBe(false);
    const lines = told(watching.lines().slice(since));
    expect(lines.map(({ msg, address, level }) => [msg, address, level])).toEqual([
      ["resource out of sync", address, "warn"],
    ]);
    expect(lines[0]?.detail).toContain("drift: detect");
    save(["a"], ["env: { NEW: value }"], ["drift: detect"]);
    await eventually(() => isRunning(sandbox, container));
    const { Config } = await sandbox.docker.getContainer(container).inspect();
    expect(Config.Env).toContain("NEW=value");
    await watching.quiet();
    expect((await watching.stop()).code).toBe(0);
  });
});
