import { describe, expect, it } from "vitest";
import { toWarmError } from "../../src/errors.js";
import { hashOfJob } from "../../src/jobs/job-inputs.js";
import { prepareJob } from "../../src/jobs/prepare-job.js";
import type { JobOutput, JobSpec } from "../../src/model/job.js";
import { hostIsAway } from "../../src/pool/pool-host.js";
import { buildJob, buildJobProject } from "./builders.js";

/** What is said of the seed, or undefined. */
async function refusal(changes: Partial<JobSpec>, seed: string): Promise<string | undefined> {
  const host = () => {
    throw hostIsAway();
  };
  const request = { params: { seed }, holder: "test" };
  const desired = buildJobProject(buildJob(changes), "/nowhere");
  try {
    await prepareJob("game", request, desired, { host });
    return undefined;
  } catch (thrown) {
    const { code, message } = toWarmError(thrown);
    return `${code}: ${message}`;
  }
}
const output = (changes: Partial<JobOutput>): Partial<JobSpec> => ({
  outputs: [{ from: "/data", to: "raw", require: [], ready: undefined, schemas: {}, ...changes }],
});

describe("a parameter in a path of the engine", () => {
  const places: readonly [string, Partial<JobSpec>][] = [
    ["an output", output({ from: "/worlds/{seed}" })],
    [
      "a word that it is ready",
      output({ ready: { type: "file", path: "/worlds/{seed}", contains: undefined } }),
    ],
    ["a confirmation", { confirm: { type: "file", path: "/worlds/{seed}", contains: "{seed}" } }],
  ];
  it.each(places)("leads to no other folder: %s", async (_, job) => {
    for (const seed of ["../../etc/passwd", "..", ".", "a/b", "/"])
      expect(await refusal(job, seed)).toMatch(/usage: .*leads elsewhere .* in `\/worlds\/\{seed\}`/);
    for (const seed of ["MySeed", "..a", "-x", "$(reboot)", "*"])
      expect(await refusal(job, seed)).toBeUndefined();
  });

  it("stands for itself in a pattern of what is required", async () => {
    const job = output({ require: ["{seed}.db"] });
    for (const seed of ["*", "a*", "a/b"])
      expect(await refusal(job, seed)).toMatch(/usage: .*another pattern/);
    expect(await refusal(job, "..a?[b]")).toBeUndefined();
  });
});

describe("a command on warm's host", () => {
  it.each(["post", "merge"])("is given no option by a parameter: %s", async (place) => {
    const give = (...command: string[]): Partial<JobSpec> => {
      const one = { command, timeoutMs: 1 };
      return place === "post" ? { post: [one] } : { merge: one };
    };
    expect(await refusal(give("render", "{seed}"), "--output=/etc/passwd")).toMatch(
      /usage: the parameter `seed` begins with a dash/,
    );
    expect(await refusal(give("render", "--", "{seed}"), "--output=/etc/passwd")).toBeUndefined();
    expect(await refusal(give("render", "{dir}", "{seed}"), "MySeed")).toBeUndefined();
  });

  it("is not found to be impossible only after the engine has worked for it", async () => {
    const http: Partial<JobSpec> = { driver: { type: "http", port: 80, method: "POST", path: "/" } };
    const long = "x".repeat(130 * 1024);
    expect(await refusal(http, long)).toBeUndefined();
    const withPost = { ...http, post: [{ command: ["render", "{dir}"], timeoutMs: 1 }] };
    expect(await refusal(withPost, long)).toMatch(/usage: the parameter `seed` is too long/);
    expect(await refusal(withPost, "a\0b")).toMatch(/usage: the parameter `seed` holds a NUL/);
  });
});

describe("a result is another one", () => {
  const engine = { command: undefined, env: {} };
  const plain = hashOfJob(buildJob(), engine);
  it.each([
    ["when more is required of it", hashOfJob(buildJob(output({ require: ["biomes.json"] })), engine)],
    [
      "when the engine has to confirm it",
      hashOfJob(buildJob({ confirm: { type: "log", text: "world seed: {seed}" } }), engine),
    ],
    [
      "when its engines are set up in another way",
      hashOfJob(buildJob(), { ...engine, env: { SIZE: "big" } }),
    ],
    ["when its engines run another command", hashOfJob(buildJob(), { ...engine, command: ["big-world"] })],
  ])("%s", (_, hash) => expect(hash).not.toBe(plain));

  it("but not when only more time is given", () => {
    expect(hashOfJob(buildJob({ timeoutMs: 1, retries: 9 }), engine)).toBe(plain);
  });
});
