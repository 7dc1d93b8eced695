import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFakeTerminal } from "../report/fake-terminal.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { ownedNames } from "../scenarios/seeding/seeded-template.js";
import { writeTemplateProject } from "../scenarios/templates/template-project.js";
import { CTRL_C, CTRL_D, hasTerminals, runOnTerminal } from "./on-terminal.js";

const QUESTION = "Apply this plan? Only `yes` will do: ";
const ESC = "\x1b[";

describe.skipIf(!hasTerminals)("on a terminal", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox();
    await writeTemplateProject(sandbox, {
      image: await sandbox.image("template", { to: "both" }),
      blob: await sandbox.image("blob", { to: "both", pauseSeconds: 1 }),
    });
  });
  afterAll(() => sandbox.dispose());

  /** Applies, waits for the question and answers it. */
  async function answer(keys: string) {
    const session = runOnTerminal(sandbox, ["apply"]);
    await session.shows(QUESTION);
    session.press(keys);
    const code = await session.end();
    return { code, after: session.screen().split(QUESTION)[1] ?? "" };
  }

  describe("nothing is done without a whole yes", () => {
    it.each([
      ["no", "no\n", 4],
      ["y", "y\n", 4],
      ["yesterday", "yesterday\n", 4],
      ["an empty line", "\n", 4],
      ["Ctrl-D", CTRL_D, 4],
      ["Ctrl-C", CTRL_C, 130],
    ])("%s", async (_name, keys, expected) => {
      const { code, after } = await answer(keys);
      expect(after).toContain("Nothing was done.");
      expect(code, after).toBe(expected);
      expect(await ownedNames(sandbox)).toEqual([]);
    });

    it("a SIGTERM withdraws the question", async () => {
      const session = runOnTerminal(sandbox, ["apply"]);
      await session.shows(QUESTION);
      session.signal("SIGTERM");
      expect(await session.end()).toBe(143);
      expect(session.screen()).toContain("Nothing was done.");
    });
  });

  it("the plan is shown in colour before the question, which is asked in its words too for JSON", async () => {
    const session = runOnTerminal(sandbox, ["apply", "--json"]);
    await session.shows(QUESTION);
    expect(session.screen()).toContain("Plan: 3 to create");
    expect(session.screen()).toContain(`${ESC}32m+`);
    session.press("no\n");
    expect(await session.end()).toBe(4);
  });

  it("after a yes the running actions are drawn, and what is over stays", async () => {
    const { code, after } = await answer("yes\n");
    expect(code, after).toBe(0);
    expect(after).toContain(`${ESC}?25l`);
    expect(after).toMatch(/⠋|⠙|⠹|⠸/);
    expect(after).toContain("seeding");
    expect(after.lastIndexOf(`${ESC}?25h`)).toBeGreaterThan(after.lastIndexOf(`${ESC}?25l`));
    const [, result = ""] = after.split(`${ESC}?25h`);
    expect(result).toContain("Applied: 3 done. Everything matches warm.yaml.");
  });

  it("a dumb one gets plain lines and no colour", async () => {
    const session = runOnTerminal(sandbox, ["destroy"], { TERM: "dumb" });
    await session.shows("Remove all of this? Only `yes` will do: ");
    session.press("yes\n");
    expect(await session.end()).toBe(0);
    expect(session.screen()).not.toContain(`${ESC}3`);
    expect(session.screen()).not.toContain(`${ESC}?25l`);
    expect(session.screen()).toMatch(/^network\.\S+: deleted in /m);
  });

  it("the first Ctrl-C finishes what is in flight, and its word stays on the screen", async () => {
    const session = runOnTerminal(sandbox, ["apply", "--auto-approve"]);
    await session.shows("seeding");
    session.press(CTRL_C);
    expect(await session.end()).toBe(130);
    const terminal = createFakeTerminal({ columns: 100, rows: 30 });
    terminal.write(session.screen());
    const lines = terminal.lines();
    expect(lines).toContain("Finishing what is in flight; once more to abort.");
    // No frame of the running actions is left behind.
    expect(lines.filter((line) => /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/.test(line))).toEqual([]);
    expect(session.screen()).toContain("Run warm apply again to finish.");
    expect((await sandbox.warm(["lock", "status"])).stdout).toContain("is not locked");
  });
});
