import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTerminals } from "../on-terminal.js";
import { fetched, HOSTILE, openRoom, type ShellRoom, whyNot } from "./shells.js";

let room: ShellRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.dispose());

/** The function as zsh calls it, with what it hands to zsh printed instead. */
const HARNESS = `
compdef() { }
. ./zsh/_warm
compadd() { while [[ $1 != -a ]]; do shift; done; for one in "\${(@P)2}"; do printf '%s\\0' "$one"; done }
compset() { [[ $2 == '*=' ]] && PREFIX=\${PREFIX#*=} }
_files() { printf 'files %s\\0' "$*" }
words=("$@") CURRENT=$# PREFIX=$@[$#]
_warm
`;

async function complete(...words: readonly string[]): Promise<readonly string[]> {
  const output = await room.run(
    fetched?.zsh ?? "zsh",
    ["-f", "-c", HARNESS, "zsh", "warm", ...words],
    fetched?.env,
  );
  return output.split("\0").slice(0, -1);
}

describe.skipIf(fetched === undefined)(`in zsh${whyNot}`, () => {
  it("commands, options and their values are offered from the command tree", async () => {
    expect(await complete("")).toEqual(expect.arrayContaining(["plan", "apply", "lock", "completion"]));
    expect(await complete("")).not.toContain("__complete");
    expect(await complete("lock", "")).toEqual(["status", "break", "help"]);
    expect(await complete("explain", "-")).toEqual(expect.arrayContaining(["--json", "--file", "-H"]));
    expect(await complete("plan", "--format", "")).toEqual(["text", "json", "markdown"]);
    expect(await complete("plan", "--format=")).toEqual(["text", "json", "markdown"]);
    expect(await complete("pause", "--reason", "")).toEqual([]);
  });

  it("names come from the file that the line names, secrets or not", async () => {
    expect(await complete("lease", "")).toEqual(["renderer", "world-2"]);
    expect(await complete("explain", "")).toContain("container.cyan-template-hello");
    expect(await complete("-f", "'other.yaml'", "explain", "")).toContain("container.cyan-template-other");
    expect(await complete("-f", "'$(touch pwned)'", "lease", "")).toEqual([]);
    expect(room.exists("pwned")).toBe(false);
  });

  it("files and folders are left to zsh", async () => {
    expect(await complete("--file", "")).toEqual(["files "]);
    expect(await complete("plan", "--state-dir", "")).toEqual(["files -/"]);
  });

  it("names that would do something in a shell are handed on as they are", async () => {
    room.setNames(HOSTILE);
    try {
      expect(await complete("lease", "x")).toEqual(HOSTILE);
      expect(room.exists("pwned")).toBe(false);
    } finally {
      room.setNames(undefined);
    }
  });
});

const terminal = hasTerminals ? whyNot : " (skipped: there is no `script` of util-linux)";

describe.skipIf(fetched === undefined || !hasTerminals)(`in zsh on a terminal${terminal}`, () => {
  /** What the line means once the keys are pressed: its words, without quotes. */
  const SETTINGS = (load: string) => `
module_path=(${fetched?.modules}/*(/N))
fpath=(${fetched?.zshFolder} ${fetched?.zshFolder}/**/*(/N))
${load}
PS1='READY> '
show() { printf '%s\\n' "\${(j:|:)\${(@Q)\${(z)BUFFER}}}" > line }
zle -N show
bindkey '^T' show
`;
  const LOADS = {
    sourced: "autoload -Uz compinit; compinit -D -u; . ./zsh/_warm",
    "a file of fpath": "fpath=($PWD/zsh $fpath); autoload -Uz compinit; compinit -D -u",
  };

  async function type(load: keyof typeof LOADS, keys: string): Promise<string> {
    await room.run("/bin/sh", [
      "-c",
      `mkdir -p dots; cat > dots/.zshrc <<'END'\n${SETTINGS(LOADS[load])}\nEND`,
    ]);
    const env = { ...fetched?.env, ZDOTDIR: join(room.dir, "dots") };
    return room.type(`${fetched?.zsh} -d -i`, "READY", keys, env);
  }

  it.each([
    ["sourced", "warm pl\t", "warm|plan"],
    ["a file of fpath", "warm pl\t", "warm|plan"],
    ["a file of fpath", "warm explain cont\t", "warm|explain|container.cyan-template-hello"],
    [
      "sourced",
      "warm plan --target=image.127.0.0.1:5000/acme/h\t",
      "warm|plan|--target=image.127.0.0.1:5000/acme/hello:1",
    ],
    ["sourced", "warm plan --format=j\t", "warm|plan|--format=json"],
    ["sourced", "warm apply pl\t", "warm|apply|plan one.json"],
  ] as const)("%s: %j becomes a whole line", async (load, keys, line) => {
    expect(await type(load, keys)).toBe(line);
  });

  it.each(["x$(touch pwned)", "x';touch pwned;'", "x a b"])(
    "the name %s is inserted as one word",
    async (name) => {
      room.setNames([name]);
      try {
        expect(await type("sourced", "warm lease x\t")).toBe(`warm|lease|${name}`);
        expect(room.exists("pwned")).toBe(false);
      } finally {
        room.setNames(undefined);
      }
    },
  );
});
