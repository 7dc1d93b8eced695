import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasTerminals } from "../on-terminal.js";
import { HOSTILE, openRoom, type ShellRoom } from "./shells.js";

let room: ShellRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.dispose());

/** As bash calls a completion function; then prints each reply as it stands, and as bash reads it once it is on a line. */
const HARNESS = `
. ./warm.bash
COMP_WORDBREAKS=\${BREAKS-$' \\t\\n"\\'><=;|&(:'}
COMP_LINE=$1 COMP_POINT=\${2:-\${#1}}
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_warm
for reply in "\${COMPREPLY[@]}"; do
  eval "words=($reply)"
  printf '%s\\0' "$reply" "\${#words[@]}" "\${words[0]}"
done
`;

interface Reply {
  /** What bash puts on the line. */
  readonly inserted: string;
  /** What the line means then: one word. */
  readonly word: string;
}

async function complete(line: string): Promise<readonly Reply[]> {
  const words = splitAsBash(line);
  const output = await room.run("/bin/bash", ["--norc", "-c", HARNESS, "bash", line, "", ...words]);
  const parts = output.split("\0").slice(0, -1);
  return Array.from({ length: parts.length / 3 }, (_, index) => {
    const [inserted = "", count, word = ""] = parts.slice(index * 3, index * 3 + 3);
    expect(count, `${inserted} is one word`).toBe("1");
    return { inserted, word };
  });
}

const wordsOf = async (line: string) => (await complete(line)).map(({ word }) => word);

/** bash breaks words at `:` and `=` too, as COMP_WORDBREAKS says. */
function splitAsBash(line: string): readonly string[] {
  const words = line.match(/[:=]+|'[^']*'|[^\s:=']+/g) ?? [];
  return /\s$/.test(line) ? [...words, ""] : words;
}

describe("in bash", () => {
  it.each([
    ["warm pl", ["plan"]],
    ["warm lock ", ["status", "break", "help"]],
    ["warm lock st", ["status"]],
    ["warm plan --det", ["--detailed-exitcode"]],
    ["warm plan --format ", ["text", "json", "markdown"]],
    ["warm plan --format=j", ["json"]],
    ["warm watch --log-level ", ["debug", "info", "warn", "error"]],
    ["warm completion ", ["bash", "zsh", "fish"]],
    ["warm schema p", ["plan"]],
    ["warm events pass tr", ["transition"]],
    ["warm help explai", ["explain"]],
    ["warm -f other.yaml help explai", ["explain"]],
    ["warm pause --reason ", []],
    ["warm pause --reason plan pl", []],
    ["warm plan plan", []],
    ["warm nope ", []],
    ["warm release -- --d", []],
  ])("`%s` is completed from the command tree", async (line, expected) => {
    expect(await wordsOf(line)).toEqual(expected);
  });

  it("the options of a command and those of every command are offered", async () => {
    const offered = await wordsOf("warm explain -");
    expect(offered).toEqual(
      expect.arrayContaining(["--json", "--state-dir", "--file", "-f", "--host", "--help"]),
    );
    expect(offered).not.toContain("--detailed-exitcode");
  });

  it.each([
    ["warm explain c", ["container.cyan-template-hello"]],
    ["warm plan --target engine.", ["engine.renderer/1", "engine.renderer/2", "engine.world-2/1"]],
    // What stands before the last colon is on the line already.
    ["warm plan --target image.127.0.0.1:5000/acme/h", ["5000/acme/hello:1"]],
    ["warm plan --exclude=volume.", ["volume.cyan-hello"]],
    ["warm --file other.yaml explain container.", ["container.cyan-template-other"]],
    ["warm explain --file=other.yaml container.", ["container.cyan-template-other"]],
    ["warm -f 'other.yaml' explain container.", ["container.cyan-template-other"]],
    ["warm lease ", ["renderer", "world-2"]],
    ["warm run w", ["world-2"]],
    ["warm -f nowhere.yaml lease ", []],
    ["warm -f '$(touch pwned)' lease ", []],
  ])("`%s` is completed from the file, secrets or not", async (line, expected) => {
    expect(await wordsOf(line)).toEqual(expected);
    expect(room.exists("pwned")).toBe(false);
  });

  it("whole words are offered to who has taken : and = out of COMP_WORDBREAKS", async () => {
    const offer = async (...words: readonly string[]) => {
      const args = ["--norc", "-c", HARNESS, "bash", words.join(" "), "", ...words];
      return (await room.run("/bin/bash", args, { BREAKS: " \t\n" })).split("\0").slice(0, 1);
    };
    expect(await offer("warm", "plan", "--format=j")).toEqual(["--format=json"]);
    expect(await offer("warm", "plan", "--target=image.127.0.0.1:5000/acme/h")).toEqual([
      "--target=image.127.0.0.1:5000/acme/hello:1",
    ]);
    expect(await offer("warm", "explain", "image.127.0.0.1:5000/acme/h")).toEqual([
      "image.127.0.0.1:5000/acme/hello:1",
    ]);
  });

  it.each([
    ["warm --file o", ["other.yaml"]],
    ["warm apply pl", ["plan one.json"]],
    ["warm plan --out=pl", ["plan one.json"]],
    ["warm plan --state-dir de", ["deploy"]],
    ["warm lease renderer -- o", ["other.yaml"]],
  ])("`%s` is completed with files", async (line, expected) => {
    expect(await wordsOf(line)).toEqual(expected);
  });

  it("names that would do something in a shell are words like others", async () => {
    room.setNames(HOSTILE);
    try {
      const replies = await complete("warm lease x");
      expect(replies.map(({ word }) => word)).toEqual(HOSTILE);
      expect(room.exists("pwned")).toBe(false);
    } finally {
      room.setNames(undefined);
    }
  });
});

const terminal = hasTerminals ? "" : " (skipped: there is no `script` of util-linux)";

describe.skipIf(!hasTerminals)(`in bash on a terminal${terminal}`, () => {
  beforeAll(async () => {
    await room.run("/bin/sh", [
      "-c",
      `cat > rc <<'END'
PS1='READY> '
bind 'set bell-style none'
bind -x '"\\C-t": printf "%s\\\\n" "$READLINE_LINE" > line'
. ./warm.bash
END`,
    ]);
  });
  const keys = (text: string) => room.type("bash --noprofile --rcfile rc -i", "READY", text);

  it.each([
    ["warm pl\t", "warm plan "],
    ["warm plan --format=j\t", "warm plan --format=json "],
    ["warm explain cont\t", "warm explain container.cyan-template-hello "],
    [
      "warm plan --target=image.127.0.0.1:5000/acme/h\t",
      "warm plan --target=image.127.0.0.1:5000/acme/hello:1 ",
    ],
    ["warm apply pl\t", "warm apply plan\\ one.json "],
    ["warm -f oth\t", "warm -f other.yaml "],
  ])("%j becomes a whole line", async (typed, line) => {
    expect(await keys(typed)).toBe(line);
  });
});
