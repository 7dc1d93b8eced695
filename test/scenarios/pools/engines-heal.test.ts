import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNoChanges } from "../templates/read-plan.js";
import { told } from "../watch/watched-project.js";
import { listEngines } from "./engine-project.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";

let kept: KeptPool;
beforeAll(async () => {
  kept = await keepPool({ size: 3, lines: [RESET], head: ["flapping: { heals: 2, within: 10m }"] });
  await kept.ready(3);
});
afterAll(() => kept[Symbol.asyncDispose]());

/** What a person would have read since then, without the times in it. */
const news = (since: number) =>
  told(kept.watching.lines().slice(since)).map(({ level, detail = "" }) =>
    `${level} ${detail}`.replace(/\d+(\.\d+)? m?s/g, "…"),
  );

describe("a pool that a watcher keeps", () => {
  it("is filled, with a line for each engine", async () => {
    await expectNoChanges(kept.sandbox);
    expect(news(0).filter((line) => line.includes("engine."))).toEqual(
      [1, 2, 3].map(() => expect.stringMatching(/^info engine\.game\/\d: created \(.*\): does not exist$/)),
    );
  });

  it.each([
    ["killed", (id: string) => kept.sandbox.docker.getContainer(id).kill()],
    ["stopped", (id: string) => kept.sandbox.docker.getContainer(id).stop({ t: 0 })],
    ["removed", (id: string) => kept.sandbox.docker.getContainer(id).remove({ force: true })],
  ])("has an engine that was %s back, told once with what happened", async (how, harm) => {
    const since = kept.watching.lines().length;
    const before = await listEngines(kept.sandbox);
    const hurt = before[1]?.id ?? "";
    await harm(hurt);
    const engines = await kept
      .until(({ engines: all, counts }) => counts.ready === 3 && !all.some((one) => one.containerId === hurt))
      .then((view) => view.engines);
    const others = engines.filter(({ containerId }) => before.some(({ id }) => id === containerId));
    expect(others).toHaveLength(2);
    await kept.watching.line(({ msg }) => msg === "resource healed", since);
    const address = before[1]?.labels["warm.address"];
    const lines = news(since).map((line) => line.replace(/ \(.*\)/, ""));
    // One that is removed may be met while it is still listed, or not any more.
    const made = how === "removed" ? /: (created: does not exist|replaced: failed)$/ : /: replaced: failed$/;
    expect(lines).toEqual([
      `warn ${address}: ready -> error: its container ended`,
      expect.stringMatching(made),
    ]);
    expect(lines[1]).toContain(address);
  });

  it("is never called flapping, however often its engines die", async () => {
    for (let round = 0; round < 3; round += 1) {
      const [{ id = "" } = {}] = await listEngines(kept.sandbox);
      await kept.sandbox.docker.getContainer(id).kill();
      await kept.until(
        (view) => view.counts.ready === 3 && !view.engines.some((one) => one.containerId === id),
      );
    }
    expect(kept.watching.warm.output.stderr).not.toContain("again and again");
  });
});

it("an engine that dies under its holder is told, and another one made", async () => {
  const since = kept.watching.lines().length;
  const lease = await kept.lease({ holder: "ci-17" });
  await kept.sandbox.docker.getContainer(lease.container.id).kill();
  await kept.watching.line(({ msg }) => msg === "lease lost", since);
  await expect(kept.client.renew(lease.id, lease.fence)).rejects.toMatchObject({ code: "lease-ended" });
  await kept.ready(3);
  expect(news(since).map((line) => line.replace(/ \(.*\)/, ""))).toEqual([
    `warn ${lease.engine}: lost under ci-17: its container ended`,
    `info ${lease.engine}: replaced: failed`,
  ]);
});
