import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listEngines } from "../pools/engine-project.js";
import { eventually } from "../watch/watched-project.js";
import { type KeptGame, keepGame } from "./kept-game.js";

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({
    size: 2,
    scale: 100,
    job: ["timeout: 20s", 'post: [{ exec: [sleep, "0.3"] }]'],
  });
  await game.ready(2);
});
afterAll(() => game[Symbol.asyncDispose]());

/** SIGKILL. The lock is broken by hand: to wait until it is over would take 30 s. */
async function kill(): Promise<void> {
  const { child, result } = game.watching.warm;
  child.kill("SIGKILL");
  await result;
  expect((await game.sandbox.warm(["lock", "break", "--force"])).code).toBe(0);
}

describe("a warm that is killed while a job is", () => {
  it.each(["loading", "generating", "exporting", "processing"] as const)(
    "%s takes it up again, and no engine is lost",
    async (phase) => {
      const seed = `killed while ${phase}`;
      const { id } = await game.submit(seed);
      await game.untilJob(id, ({ state }) => state === phase);
      await kill();
      expect(game.fileOf(seed, "manifest.json"), "nothing half done is to be seen").toBeUndefined();
      game.start();
      await eventually(() => game.client.job(id).catch(() => undefined));
      const { outcome } = await game.untilJob(id, (view) => view.outcome);
      expect(outcome).toMatchObject({ success: true, files: 4 });
      expect(game.fileOf(seed, `raw/${seed}.fwl`)).toBe(`seed ${seed}\n`);
      expect(readdirSync(join(game.sandbox.dir, "data", ".staging"))).toEqual([]);
      const engines = await game.ready(2);
      const containers = await listEngines(game.sandbox);
      expect(containers.map((container) => container.id).sort()).toEqual(
        engines.map(({ containerId }) => containerId).sort(),
      );
    },
  );
});

it("a warm that is asked to stop leaves its jobs to the next one", async () => {
  const { id } = await game.submit("stopped under it");
  await game.untilJob(id, ({ state }) => state === "generating");
  expect((await game.watching.stop()).code).toBe(0);
  game.start();
  await eventually(() => game.client.job(id).catch(() => undefined));
  const { outcome, state } = await game.untilJob(id, (view) => view.outcome);
  expect({ state, success: outcome?.success }).toEqual({ state: "done", success: true });
});

it("jobs that were over are still known afterwards", async () => {
  const { id } = await game.make("remembered");
  await kill();
  game.start();
  const view = await eventually(() => game.client.job(id).catch(() => undefined));
  expect(view.outcome).toMatchObject({ success: true, dataDir: game.dirOf("remembered") });
});

it("a job whose pool has left the file meanwhile ends, and says so", async () => {
  await game.ready(2);
  const { id } = await game.submit("no pool any more");
  await game.untilJob(id, ({ state }) => state === "loading");
  await kill();
  await game.save({ pool: "other", size: 1 });
  game.start();
  const { state, outcome } = await eventually(() => game.client.job(id).catch(() => undefined));
  expect(state).toBe("failed");
  expect(outcome?.error).toMatchObject({ code: "not-found", message: "there is no pool game" });
});
