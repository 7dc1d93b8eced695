import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetched, HOSTILE, openRoom, type ShellRoom, whyNot } from "./shells.js";

let room: ShellRoom;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.dispose());

/** What fish itself offers for a line, with what it says of each. How it inserts one, quoted, is its own. */
async function complete(line: string): Promise<readonly string[]> {
  const script = `set fish_function_path '${fetched?.fishFunctions}'; source warm.fish; complete -C $argv[1]`;
  const output = await room.run(fetched?.fish ?? "fish", ["--no-config", "-c", script, line], fetched?.env);
  return output.split("\n").slice(0, -1);
}

const namesOf = async (line: string) => (await complete(line)).map((one) => one.split("\t")[0] ?? "");

describe.skipIf(fetched === undefined)(`in fish${whyNot}`, () => {
  it.each([
    ["warm pl", ["plan"]],
    ["warm lock ", ["break", "help", "status"]],
    ["warm plan --det", ["--detailed-exitcode"]],
    ["warm plan --format ", ["json", "markdown", "text"]],
    ["warm plan --format=j", ["--format=json"]],
    ["warm completion z", ["zsh"]],
    ["warm events pass tr", ["transition"]],
    ["warm help expl", ["explain"]],
    ["warm pause --reason ", []],
    ["warm explain container.", ["container.cyan-template-hello"]],
    ["warm plan --target=image.127.0.0.1:5000/acme/h", ["--target=image.127.0.0.1:5000/acme/hello:1"]],
    ["warm --file=other.yaml explain container.", ["container.cyan-template-other"]],
    ["warm -f 'other.yaml' explain container.", ["container.cyan-template-other"]],
    ["warm lease ", ["renderer", "world-2"]],
    ["warm -f nowhere.yaml lease ", []],
    ["warm -f '$(touch pwned)' lease ", []],
    ["warm --file oth", ["other.yaml"]],
    ["warm plan --state-dir de", ["deploy/"]],
  ])("`%s`", async (line, expected) => {
    expect(await namesOf(line)).toEqual(expected);
    expect(room.exists("pwned")).toBe(false);
  });

  it("says what a command does", async () => {
    expect(await complete("warm plan --destr")).toEqual(["--destroy\tplan the removal of all that is ours"]);
  });

  it("names that would do something in a shell are text to it", async () => {
    room.setNames(HOSTILE);
    try {
      const offered = await namesOf("warm lease x");
      expect([...offered].sort()).toEqual([...HOSTILE].sort());
      expect(room.exists("pwned")).toBe(false);
    } finally {
      room.setNames(undefined);
    }
  });
});
