import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { projectYaml } from "../templates/template-project.js";
import {
  countOf,
  eventually,
  expectKillHealed,
  namesOf,
  told,
  type Watching,
  watch,
} from "./watched-project.js";

let sandbox: Sandbox;
let image: string;
let blob: string;
let watching: Watching;
let since: number;
beforeAll(async () => {
  sandbox = await createSandbox();
  [image, blob] = await Promise.all([sandbox.image("template"), sandbox.image("blob")]);
  sandbox.writeConfig(text("start"));
  // The timer cannot be what notices: it comes once in a minute.
  watching = watch(sandbox);
  await watching.line(({ msg, address }) => msg === "change applied" && address === names().address);
});
afterAll(() => sandbox.dispose());
beforeEach(async () => {
  await watching.quiet();
  since = watching.lines().length;
});

const names = () => namesOf(sandbox, "one");
const file = (name = "warm.yaml") => join(sandbox.dir, name);
const HEAD = ["interval: 1m", "flapping: { heals: 100 }"];

/** A good file whose template shows `mark` in its environment. */
const text = (mark: string) =>
  projectYaml(sandbox, { [names().id]: { image, blob, lines: [`env: { MARK: ${mark} }`] } }, HEAD);

async function shows(mark: string): Promise<boolean> {
  const found = await sandbox.docker
    .getContainer(names().container)
    .inspect()
    .catch(() => undefined);
  return found?.State.Running === true && found.Config.Env.includes(`MARK=${mark}`);
}

const BROKEN: readonly [string, () => void][] = [
  ["half written", () => writeFileSync(file(), text("half").slice(0, -10))],
  ["emptied", () => writeFileSync(file(), "")],
  ["deleted", () => rmSync(file(), { recursive: true, force: true })],
  [
    "replaced by a directory",
    () => {
      rmSync(file(), { recursive: true, force: true });
      mkdirSync(file());
    },
  ],
  [
    "no longer to be read",
    () => {
      rmSync(file(), { recursive: true, force: true });
      symlinkSync("warm.yaml", file());
    },
  ],
  ["invalid by a key that stands twice", () => writeFileSync(file(), `${text("twice")}version: 1\n`)],
  ["invalid by an unknown key", () => writeFileSync(file(), `${text("typo")}templats: {}\n`)],
];

it.each(BROKEN)(
  "a file that is %s leaves the last good one in use, is told once, and mended",
  async (how, doBreak) => {
    doBreak();
    await watching.line(({ msg }) => msg === "config invalid", since);
    await expectKillHealed(sandbox, names().container, 3_000);
    doBreak();
    await watching.quiet();
    const invalid = watching
      .lines()
      .slice(since)
      .filter(({ msg }) => msg === "config invalid");
    expect(invalid.map(({ detail }) => detail)).toEqual([
      expect.stringContaining("the last good one stays in use"),
    ]);

    const mark = how.replaceAll(" ", "-");
    rmSync(file(), { recursive: true, force: true });
    writeFileSync(file(".new"), text(mark));
    renameSync(file(".new"), file());
    await eventually(() => shows(mark), undefined, 6_000);
    await watching.quiet();
    const counts = ["config invalid", "config valid again", "config loaded"].map((msg) =>
      countOf(watching, msg, since),
    );
    // That the file is gone for the moment between two saves may be seen, and is another mistake then.
    expect(counts[0]).toBeLessThanOrEqual(2);
    expect(counts.slice(1)).toEqual([1, 1]);
  },
);

it("a bad file that is made as it was is told to be good, and changes nothing", async () => {
  writeFileSync(file(), text("same"));
  await eventually(() => shows("same"));
  await watching.quiet();
  const before = watching.lines().length;
  writeFileSync(file(), "version: [");
  await watching.line(({ msg }) => msg === "config invalid", before);
  writeFileSync(file(), text("same"));
  await watching.line(({ msg }) => msg === "config valid again", before);
  await watching.quiet();
  expect(told(watching.lines().slice(before)).map(({ msg }) => msg)).toEqual([
    "config invalid",
    "config valid again",
  ]);
});
