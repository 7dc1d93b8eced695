import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCommandTree } from "../../../src/cli/completion/read-command-tree.js";
import { listCommands } from "../../../src/report/completion/completion-tree.js";
import { callWarm } from "../../rig/call-warm.js";
import { makeProgram } from "../command-tree.js";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "warm-complete-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function make(name: string, text: string | Uint8Array): string {
  writeFileSync(join(dir, name), text);
  return name;
}

function makePipe(): string {
  execFileSync("mkfifo", [join(dir, "pipe")]);
  return "pipe";
}

const ask = (kind: string, file: string) =>
  callWarm(["--file", file, "--host", "tcp://127.0.0.1:1", "__complete", kind], dir, {});

const HEAD = "version: 1\nproject: p\n";

describe("`warm __complete`", () => {
  it("prints what the file declares, without its secrets and without Docker", async () => {
    make(
      "good.yaml",
      `${HEAD}templates:
  t: { image: "r:5000/a:1", blob: "b:1", env: { A: { fromEnv: UNSET }, B: { fromFile: nowhere } } }
sessions:
  s1: { template: t }
engines:
  e: { image: "e:1", size: { min: 0, max: 500 }, ready: { tcp: 80 }, ports: [80] }
`,
    );
    const { code, stdout, stderr } = await ask("resources", "good.yaml");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const names = stdout.trimEnd().split("\n");
    expect(names).toEqual(
      expect.arrayContaining([
        ...["network.cyanprint", "image.r:5000/a:1", "volume.cyan-t", "container.cyan-template-t"],
        ...["volume.cyan-t-s1", "engine.e/1", "engine.e/20"],
      ]),
    );
    expect(names).not.toContain("engine.e/21");
    expect((await ask("pools", "good.yaml")).stdout).toBe("e\n");
  });

  it.each([
    ["a file that is not there", "resources", () => "nowhere.yaml"],
    ["a file with problems", "resources", () => make("bad.yaml", `${HEAD}templates: 3\n`)],
    ["no YAML", "pools", () => make("no.yaml", "a: [\n")],
    ["bytes", "pools", () => make("bytes.yaml", Uint8Array.of(0, 255, 254))],
    ["a folder", "pools", () => "."],
    ["a pipe that nobody writes to", "pools", makePipe],
    ["a kind that is none", "templates", () => "good.yaml"],
    [
      "names that would do something in a shell",
      "pools",
      () => {
        const names = ["$(touch pwned)", "a b", "a\\nb", "a'b", "`x`", "-rf", "é"];
        const pools = names.map((name) => `  "${name}": { image: "e:1", ready: { tcp: 80 } }\n`);
        return make("hostile.yaml", `${HEAD}engines:\n${pools.join("")}`);
      },
    ],
  ])("says nothing of %s", async (_what, kind, prepare) => {
    expect(await ask(kind, prepare())).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });
});

const commands = listCommands(readCommandTree(await makeProgram()));

describe("what completion knows of the command line", () => {
  it("is every command but the hidden one, each with its own options and those of all", () => {
    const paths = commands.map(({ path }) => path.join(" "));
    expect(paths).toEqual(expect.arrayContaining(["", "plan", "lock status", "cache prune", "completion"]));
    expect(paths).not.toContain("__complete");
    for (const { path, options } of commands) {
      const flags = options.flatMap((option) => option.flags);
      expect(new Set(flags).size, path.join(" ")).toBe(flags.length);
      if (path.at(-1) !== "help") expect(flags).toEqual(expect.arrayContaining(["-h", "-f", "--file", "-H"]));
    }
  });

  it("has files, folders, addresses and pools where they are meant", () => {
    const typeOf = (path: string, flag: string) =>
      commands.find((one) => one.path.join(" ") === path)?.options.find(({ flags }) => flags.includes(flag))
        ?.value?.type;
    expect(typeOf("plan", "--out")).toBe("files");
    expect(typeOf("watch", "--token-file")).toBe("files");
    expect(typeOf("watch", "--state-dir")).toBe("folders");
    for (const flag of ["--target", "--exclude", "--replace"])
      expect(typeOf("apply", flag)).toBe("resources");
    expect(typeOf("watch", "--log-level")).toBe("words");
    expect(typeOf("watch", "--grace")).toBe("nothing");
    expect(typeOf("plan", "--destroy")).toBeUndefined();
    const taking = commands.filter((one) => one.arguments.some(({ type }) => type === "pools"));
    expect(taking.map(({ path }) => path.join(" ")).sort()).toEqual([
      ...["canary", "engines", "jobs", "lease", "recycle", "run"],
    ]);
  });
});
