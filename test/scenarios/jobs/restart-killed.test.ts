import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../watch/watched-project.js";
import { type KeptGame, keepGame } from "./kept-game.js";

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({
    size: 1,
    scale: 100,
    driver: ["driver: restart", 'env: { WORLD_SEED: "{seed}" }'],
    job: ["timeout: 20s"],
  });
  await game.ready(1);
});
afterAll(() => game[Symbol.asyncDispose]());

/** Names of all containers that the engine's name is part of. */
async function containers(): Promise<string[]> {
  const all = await game.sandbox.docker.listContainers({ all: true });
  const names = all.map(({ Names }) => Names[0]?.slice(1) ?? "");
  return names.filter((name) => name.includes(game.project.nameOf(1)));
}

it("a job in a container of its own is made with the world in its environment, and leaves no container", async () => {
  const { id } = await game.submit("by restart");
  await game.untilJob(id, ({ state }) => state === "generating");
  expect((await containers()).sort()).toEqual([game.project.nameOf(1), `${game.project.nameOf(1)}-job`]);
  const { outcome } = await game.untilJob(id, (view) => view.outcome);
  expect(outcome).toMatchObject({ success: true, files: 4 });
  expect(game.fileOf("by restart", "raw/by restart.fwl")).toBe("seed by restart\n");
  expect(await containers()).toEqual([game.project.nameOf(1)]);
  await game.ready(1);
});

it("a warm that is killed under it leaves a container that the next one removes, and the job is made", async () => {
  const { id } = await game.submit("killed restart");
  await game.untilJob(id, ({ state }) => state === "generating");
  const { child, result } = game.watching.warm;
  child.kill("SIGKILL");
  await result;
  expect((await game.sandbox.warm(["lock", "break", "--force"])).code).toBe(0);
  expect((await containers()).length).toBe(2);
  game.start();
  await eventually(() => game.client.job(id).catch(() => undefined));
  const { outcome } = await game.untilJob(id, (view) => view.outcome);
  expect(outcome).toMatchObject({ success: true, files: 4 });
  await game.ready(1);
  await eventually(async () => (await containers()).length === 1);
});
