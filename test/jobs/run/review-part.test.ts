import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toWarmError } from "../../../src/errors.js";
import { createBudgetShares } from "../../../src/jobs/run/budget-shares.js";
import { type PartSettings, runPart } from "../../../src/jobs/run/run-part.js";
import type { JobOutput, JobSpec } from "../../../src/model/job.js";
import { buildJob } from "../builders.js";
import { temporaryFolder } from "../data/folders.js";
import { packTree } from "../outputs/archives.js";
import { type StandInEngine, standInEngine } from "./stand-in-engine.js";

const output = (changes: Partial<JobOutput> = {}): JobOutput => ({
  ...{ from: "/data", to: "raw", require: [], ready: undefined, schemas: {} },
  ...changes,
});

function partOf(changes: Partial<JobSpec>): PartSettings & { readonly failures: string[] } {
  const dir = join(temporaryFolder(), "part");
  mkdirSync(dir);
  const failures: string[] = [];
  return {
    ...{ spec: buildJob(changes), pool: "game", jobId: "job-1", part: 0, params: { seed: "a" }, priority: 0 },
    ...{ earlierTries: 0, dir, failures, budget: createBudgetShares(1024 * 1024)() },
    startOver: async () => undefined,
    cancel: new AbortController().signal,
    onTry: () => undefined,
    onPhase: () => undefined,
    onLine: () => undefined,
    onFailure: (message) => void failures.push(message),
  };
}

const until = async (fits: () => boolean) => {
  while (!fits()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe("an output that is ready before the job is done", () => {
  const ready = { type: "log", text: "exported raw" } as const;

  it("is taken out once, also where the word for it comes when all is taken out already", async () => {
    let engine: StandInEngine | undefined;
    let asked = 0;
    engine = await standInEngine({
      async archive() {
        asked += 1;
        // The two words took different ways: this one is late.
        engine?.say("exported raw");
        await new Promise((resolve) => setTimeout(resolve, 100));
        return packTree("data", { "world.db": "a" });
      },
      onListening: ({ say }) => say("ALL EXPORTS COMPLETE"),
    });
    const part = partOf({ outputs: [output({ ready })], retries: 0 });
    const { files } = await runPart(part, engine.tools);
    expect(files.map(({ path }) => path)).toEqual(["raw/world.db"]);
    expect(readFileSync(join(part.dir, "raw/world.db"), "utf8")).toBe("a");
    expect(asked).toBe(1);
  });

  it("and is no result leaves an engine that is still at work: it is not used again", async () => {
    const engine = await standInEngine({
      archive: () => packTree("data", { other: "a" }),
      onListening: ({ say }) => say("exported raw"),
    });
    const part = partOf({ outputs: [output({ ready, require: ["*.db"] })] });
    expect(await runPart(part, engine.tools).catch(toWarmError)).toMatchObject({ code: "rejected" });
    await until(() => engine.released.length > 0);
    expect({ outcomes: engine.released, failures: part.failures }).toEqual({
      outcomes: ["dirty"],
      failures: [],
    });
  });
});

it("a try that has failed looks for no file any more", async () => {
  const engine = await standInEngine({ exec: async () => ({ exitCode: 1, stdout: "", stderr: "" }) });
  const part = partOf({
    ...{ driver: { type: "exec", command: ["generate"] }, done: undefined },
    confirm: { type: "file", path: "/world/seed", contains: "{seed}" },
  });
  expect(await runPart(part, engine.tools).catch(toWarmError)).toMatchObject({ code: "rejected" });
  // One may be under way.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const looks = engine.looks();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(engine.looks()).toBe(looks);
});

it("a job whose program goes on behind the engine's word is taken out without the session that the program has", async () => {
  let isBusy = false;
  const engine = await standInEngine({
    archive: () => packTree("data", { "world.db": "a" }),
    // One at a time, as the kept session: the program never ends.
    exec: () => {
      if (isBusy) throw new Error("it would wait for ever");
      isBusy = true;
      setTimeout(() => engine.say("ALL EXPORTS COMPLETE"), 20);
      return new Promise(() => undefined);
    },
  });
  const part = partOf({ driver: { type: "exec", command: ["generate"] } });
  const { files } = await runPart(part, engine.tools);
  expect(files.map(({ path }) => path)).toEqual(["raw/world.db"]);
});

it("tries are not used up while Docker is away", async () => {
  const engine = await standInEngine({
    archive: () => packTree("data", { "world.db": "a" }),
    onListening: ({ say }) => say("ALL EXPORTS COMPLETE"),
  });
  engine.isAway = true;
  const part = partOf({ retries: 1 });
  const result = runPart(part, engine.tools).catch(toWarmError);
  await until(() => engine.granted() > 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  engine.isAway = false;
  expect(await result).toMatchObject({ files: [{ path: "raw/world.db" }] });
  expect(engine.granted()).toBe(2);
});
