import { afterAll, beforeAll, expect, it } from "vitest";
import { openWarm } from "../../../src/open-warm.js";
import { type KeptGame, keepGame } from "./kept-game.js";

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({ size: 1, scale: 100, job: ["timeout: 20s"] });
  await game.ready(1);
});
afterAll(() => game[Symbol.asyncDispose]());

const open = () => openWarm({ cwd: game.sandbox.dir, host: `unix://${game.sandbox.socketPath}` });

it("a script runs jobs through the watcher of the file, and takes one back", async () => {
  const warm = await open();
  try {
    expect(warm.isRemote).toBe(true);
    const states: string[] = [];
    const onChange = ({ state }: { state: string }) => states.push(state);
    const { outcome } = await warm.pool("game").run({ seed: "by script" }, { onChange });
    expect(outcome).toMatchObject({ success: true, cached: false, dataDir: game.dirOf("by script") });
    expect(states.at(-1)).toBe("done");
    expect((await warm.pool("game").run({ seed: "by script" })).outcome.cached).toBe(true);

    const cancel = new AbortController();
    const taken = warm
      .pool("game")
      .run(
        { seed: "taken back" },
        { cancel: cancel.signal, onChange: ({ state }) => state === "generating" && cancel.abort() },
      );
    await expect(taken).rejects.toMatchObject({ code: "interrupted" });
    const [last] = await game.client.jobs();
    expect((await game.untilJob(last?.id ?? "", (view) => view.outcome)).state).toBe("cancelled");
    await expect(warm.pool("game").run({})).rejects.toMatchObject({ code: "usage" });
  } finally {
    await warm.close();
  }
});

it("where no watcher runs the script keeps the engines itself, and runs its jobs on them", async () => {
  await game.watching.stop();
  const warm = await open();
  try {
    expect(warm.isRemote).toBe(false);
    const { outcome } = await warm.pool("game").run({ seed: "kept here" });
    expect(outcome).toMatchObject({ success: true, files: 4 });
  } finally {
    await warm.close();
  }
  game.start();
  expect((await game.ready(1)).length).toBe(1);
});
