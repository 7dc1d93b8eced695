import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { countOf, eventually, namesOf, readStatus, type Watching } from "../watch/watched-project.js";
import {
  createGitProject,
  type GitProject,
  markOf,
  sizeOf,
  untilApplied,
  untilMark,
  watchGit,
} from "./git-project.js";

let sandbox: Sandbox;
let project: GitProject;
let watching: Watching | undefined;
let since = 0;
beforeAll(async () => {
  sandbox = await createSandbox();
  const [image, blob] = await Promise.all([sandbox.image("template"), sandbox.image("blob")]);
  project = createGitProject(sandbox, image, blob);
});
afterAll(() => sandbox.dispose());

/** A watcher that has applied a good commit: the one of the test before, if it still runs. */
async function start(mark: string): Promise<Watching> {
  const commit = project.pushMark(mark);
  if (watching !== undefined) poke(watching);
  watching ??= watchGit(sandbox, project.origin, ["--ref", "main"]);
  await untilApplied(watching, commit);
  since = watching.lines().length;
  return watching;
}

async function stop(): Promise<void> {
  await watching?.stop();
  watching = undefined;
}

/** A new watcher, of which nothing is known yet. */
async function startAnew(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Watching> {
  await stop();
  watching = watchGit(sandbox, project.origin, ["--ref", "main", ...args], env);
  since = 0;
  return watching;
}

const stateDir = () => join(sandbox.dir, ".warm");
const trees = () => readdirSync(join(stateDir(), "git", "trees"));
/** It looks at once, and not when its time has come. */
const poke = (of: Watching) => of.warm.child.kill("SIGHUP");
const idNow = async () => (await sandbox.docker.getContainer(namesOf(sandbox, "one").container).inspect()).Id;

it("what is committed is applied, and seen from outside", async () => {
  const one = await start("first");
  expect(await markOf(sandbox)).toBe("first");
  const commit = project.pushMark("second");
  await untilApplied(one, commit, since);
  expect(await markOf(sandbox)).toBe("second");
  expect(countOf(one, "config loaded", since)).toBe(1);
  await eventually(() => readStatus(sandbox).revisions?.applied?.commit === commit);
  expect(readStatus(sandbox)).toMatchObject({
    config: { path: "warm.yaml", commit, isModified: false },
    revisions: {
      git: { url: project.origin, ref: "main", path: "warm.yaml", failures: 0 },
      ...{ wanted: { commit }, applied: { commit }, isInSync: true },
    },
  });
  const { code, stdout } = await sandbox.call(["status", "--wait", "ready"]);
  expect(code, stdout).toBe(0);
  expect(stdout).toContain(`git:     main at ${project.origin}, answered `);
  expect(stdout).toMatch(/container\.\S+ +running +healthy +in sync/);
  expect(stdout).toContain(`applied: commit ${commit.slice(0, 12)}, `);
});

it("a commit that leaves the file as it is moves the revision and nothing else", async () => {
  const one = await start("same");
  const id = await idNow();
  const commit = project.push({ "README.md": "about it" });
  await untilApplied(one, commit, since);
  expect(countOf(one, "change applied", since)).toBe(0);
  expect(await idNow()).toBe(id);
});

it("a force push to an older commit is followed", async () => {
  const older = project.pushMark("older");
  const one = await start("newer");
  project.git("reset", "--quiet", "--hard", older);
  project.git("push", "--quiet", "--force", "origin", "HEAD");
  await untilApplied(one, older, since);
  expect(await markOf(sandbox)).toBe("older");
});

it("a branch that is deleted leaves the last good revision in use, which is told once", async () => {
  const one = await start("kept");
  project.git("push", "--quiet", "origin", "HEAD:refs/heads/other");
  project.git("--git-dir", project.origin, "symbolic-ref", "HEAD", "refs/heads/other");
  project.git("push", "--quiet", "--delete", "origin", "main");
  const told = await one.line(({ msg }) => msg === "config invalid", since);
  expect(told.detail).toContain(
    `${project.origin} has no branch and no tag main; the last good one stays in use`,
  );
  const before = one.lines().length;
  poke(one);
  await one.line(({ msg }) => msg === "pass done", before);
  poke(one);
  await eventually(() => countOf(one, "pass done", before) >= 2);
  expect(countOf(one, "config invalid", since)).toBe(1);
  expect(await markOf(sandbox)).toBe("kept");
  const commit = project.pushMark("back");
  await untilApplied(one, commit, since);
  expect(countOf(one, "config valid again", since)).toBe(1);
  project.git("--git-dir", project.origin, "symbolic-ref", "HEAD", "refs/heads/main");
});

it("a broken file at the head is told once and not used, not by a watcher that is started anew either", async () => {
  const one = await start("good");
  const broken = project.push({ "warm.yaml": "version: [\n" });
  const told = await one.line(({ msg }) => msg === "config invalid", since);
  expect(told.detail).toMatch(/^warm\.yaml:\d+:\d+ .*the last good one stays in use$/);
  await eventually(() => readStatus(sandbox).revisions?.wanted?.commit === broken);
  expect(readStatus(sandbox).revisions).toMatchObject({ isInSync: false, why: expect.any(String) });
  expect(countOf(one, "config invalid", since)).toBe(1);

  const next = await startAnew();
  const again = await next.line(({ msg }) => msg === "config invalid");
  expect(again.detail).toContain("the last good one stays in use");
  await next.line(({ msg, planned }) => msg === "pass done" && planned === 0);
  expect(await markOf(sandbox)).toBe("good");
  expect((await sandbox.call(["status"])).stdout).toContain("not in use as it is now:");
  const commit = project.pushMark("mended");
  await untilApplied(next, commit);
  expect(await markOf(sandbox)).toBe("mended");
});

it("a broken file at the head, and none that was good before, is told as a broken file is", async () => {
  project.push({ "warm.yaml": "version: 1\nprojekt: x\n" });
  const { code, stderr } = await sandbox.warm([
    "watch",
    "--git",
    project.origin,
    "--state-dir",
    "other",
    "--once",
  ]);
  expect(code).toBe(3);
  expect(stderr).toContain("warm.yaml:2:1");
  expect(stderr).toContain("projekt");
});

it("a repository that is away for a while is told once when it goes and once when it comes", async () => {
  const one = await start("before");
  renameSync(project.origin, `${project.origin}.away`);
  const told = await one.line(({ msg }) => msg === "git not pulled", since);
  expect(told).toMatchObject({ level: "warn", code: "git-failed" });
  await eventually(() => {
    poke(one);
    return (readStatus(sandbox).revisions?.git?.failures ?? 0) >= 3;
  });
  expect(one.lines().filter(({ msg, level }) => msg === "git not pulled" && level === "warn")).toHaveLength(
    1,
  );
  expect(countOf(one, "config invalid", since)).toBe(0);

  // Nor does it keep a watcher from being started.
  const next = await startAnew();
  await next.line(({ msg, planned }) => msg === "pass done" && planned === 0);
  expect((await sandbox.call(["status"])).stdout).toContain("not pulled:");
  renameSync(`${project.origin}.away`, project.origin);
  const commit = project.pushMark("after");
  poke(next);
  await untilApplied(next, commit);
  expect(countOf(next, "git pulled again")).toBe(1);
  expect(await markOf(sandbox)).toBe("after");
});

it("a file that is a link out of the repository is refused, one within it is followed", async () => {
  const one = await start("linked-before");
  writeFileSync(join(sandbox.dir, "elsewhere.yaml"), project.text("stolen"));
  project.push({ "warm.yaml": { link: join(sandbox.dir, "elsewhere.yaml") } });
  const told = await one.line(({ msg }) => msg === "config invalid", since);
  expect(told.detail).toContain("is a link that leads out of the repository");
  const commit = project.push({
    "deploy/real.yaml": project.text("linked"),
    "warm.yaml": { link: "deploy/real.yaml" },
  });
  await untilApplied(one, commit, since);
  expect(await markOf(sandbox)).toBe("linked");
});

it("paths of the file start from its commit, and results stay where warm was started", async () => {
  const text = project.text("paths").replace("env: { MARK: paths }", "env: { MARK: { fromFile: mark.txt } }");
  const commit = project.push({ "deploy/warm.yaml": text, "deploy/mark.txt": "from-the-tree\n" });
  const one = await startAnew(["--path", "deploy/warm.yaml", "--ref", "refs/heads/main"]);
  await untilApplied(one, commit);
  expect(await markOf(sandbox)).toBe("from-the-tree");
  const next = project.push({ "deploy/mark.txt": "another\n" });
  poke(one);
  await untilApplied(one, next);
  await untilMark(sandbox, one, "another");
  const kept = JSON.parse(readFileSync(join(stateDir(), "revisions", "good.json"), "utf8"));
  expect(kept.value).toMatchObject({ commit: next, dataBase: sandbox.dir });
  await stop();
});

it("only the trees that may be used again are kept, and nothing of a watcher that has ended", async () => {
  const one = await start("tree-0");
  const commits = [];
  for (const mark of ["tree-1", "tree-2", "tree-3", "tree-4"]) {
    since = one.lines().length;
    commits.push(project.pushMark(mark));
    poke(one);
    await untilApplied(one, commits.at(-1) ?? "", since);
  }
  expect(trees().length).toBeLessThanOrEqual(3);
  expect(trees()).toContain(commits.at(-1));
  await stop();
  expect(readdirSync(join(stateDir(), "git", "work"))).toEqual([]);
});

it("a watcher that is killed between its fetch and its checkout leaves nothing that the next one stumbles over", async () => {
  await start("killed-0");
  const commit = project.pushMark("killed-1");
  const bin = join(sandbox.dir, "bin");
  mkdirSync(bin);
  const stuck = join(sandbox.dir, "stuck");
  const script = `case " $* " in *" read-tree "*) echo $$ > ${stuck}; exec sleep 300;; esac\nPATH="\${PATH#*:}" exec git "$@"`;
  writeFileSync(join(bin, "git"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const one = await startAnew([], { PATH: `${bin}:${process.env.PATH}` });
  const pid = await eventually(() => (existsSync(stuck) ? Number(readFileSync(stuck, "utf8")) : undefined));
  one.warm.child.kill("SIGKILL");
  await one.warm.result;
  process.kill(pid, "SIGKILL");
  expect(trees()).not.toContain(commit);
  await sandbox.call(["lock", "break", "--force"]);
  const next = await startAnew();
  await untilApplied(next, commit);
  const work = readdirSync(join(stateDir(), "git", "work"));
  expect(work.filter((name) => name.includes(`-${one.warm.child.pid}-`))).toEqual([]);
  expect(await markOf(sandbox)).toBe("killed-1");
});

it("of a long history only the last commit is fetched", async () => {
  project.git("config", "core.compression", "0");
  for (let nth = 0; nth < 6; nth += 1) {
    writeFileSync(join(project.clone, "payload"), randomBytes(11 * 2 ** 20));
    project.git("add", "--all");
    project.git("commit", "--quiet", "--message", "bigger");
  }
  project.git("rm", "--quiet", "payload");
  const one = await start("after-a-long-history");
  expect(await sizeOf(project.origin)).toBeGreaterThan(60 * 2 ** 20);
  expect(await sizeOf(join(stateDir(), "git"))).toBeLessThan(2 ** 20);
  expect(one.warm.output.stderr).not.toContain("git not pulled");
});

it("an order from outside looks at the repository at once", async () => {
  const one = await startAnew(["--poll", "1h"]);
  await one.line(({ msg, planned }) => msg === "pass done" && planned === 0);
  const commit = project.pushMark("asked-1");
  const { code, stdout } = await sandbox.call(["reconcile"]);
  expect(code, stdout + one.warm.output.stderr).toBe(0);
  expect(await markOf(sandbox)).toBe("asked-1");
  expect(readStatus(sandbox).config.commit).toBe(commit);
});

it("one round pulls once and applies that", async () => {
  await stop();
  project.pushMark("once");
  const { code, stderr } = await sandbox.warm(["watch", "--once", "--git", project.origin], {
    env: { GIT_CONFIG_NOSYSTEM: "1" },
  });
  expect(code, stderr).toBe(0);
  expect(await markOf(sandbox)).toBe("once");
});
