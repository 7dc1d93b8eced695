import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/model/canonical.js";
import { createClient } from "../../src/server/client/create-client.js";
import { socketPathIn } from "../../src/server/listen/socket-path.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { eventually, type Watching, watch } from "../scenarios/watch/watched-project.js";

/** The example as it stands, with the simulated game in the place of the real one. */
describe("examples/valheim with a simulated game", () => {
  let sandbox: Sandbox;
  let watching: Watching;
  beforeAll(async () => {
    sandbox = await createSandbox();
    const image = await sandbox.image("game", { scale: 2000, to: "both" });
    cpSync("examples/valheim/schemas", join(sandbox.dir, "schemas"), { recursive: true });
    sandbox.writeConfig(
      readFileSync("examples/valheim/warm.yaml", "utf8")
        .replaceAll("vwe-bepinex-gen1:latest", image)
        .replace(/^project: .*$/m, `project: ${sandbox.project}`)
        .replace(/^prefix: .*$/m, `prefix: ${sandbox.prefix}`)
        .replace(/^network: .*$/m, `network: ${sandbox.network}`),
    );
    watching = watch(sandbox);
    const client = createClient(socketPathIn(join(sandbox.dir, ".warm")));
    await eventually(
      async () => (await client.view("valheim").catch(() => undefined))?.counts.ready === 3,
      () => `three servers never were ready:\n${watching.warm.output.stderr}`,
    );
    client.close();
  }, 60_000);
  afterAll(async () => {
    await watching?.stop();
    await sandbox?.dispose();
  });

  const dirOf = (key: string) => join(sandbox.dir, "data/seeds", sha256(key));
  const runJob = async (pool: string, seed: string) => {
    const { code, stdout, stderr } = await sandbox.warm(["run", pool, `seed=${seed}`, "--json"]);
    return { code, stderr, result: JSON.parse(stdout.trim().split("\n").at(-1) ?? "") };
  };

  test("a warm server makes the world of the very seed, in the files of the pipeline", async () => {
    const seed = "../../$(reboot) ü";
    const { result } = await runJob("valheim", seed);
    expect(result).toMatchObject({ success: true, cached: false, seed, data_dir: dirOf(seed) });
    expect(readdirSync(join(dirOf(seed), "extracted")).sort()).toEqual(["biomes.json", "heightmap.json"]);
    const files = readdirSync(join(dirOf(seed), "raw"));
    expect(files.map((name) => name.replace(/.*\./, "")).sort()).toEqual(["db", "fwl"]);
    const fwl = files.find((name) => name.endsWith(".fwl")) ?? "";
    expect(readFileSync(join(dirOf(seed), "raw", fwl), "utf8")).toBe(`seed ${seed}\n`);
    expect((await runJob("valheim", seed)).result).toMatchObject({ success: true, cached: true });
  });

  test("a server that makes another world than it was asked for has no result", async () => {
    const { code, result } = await runJob("valheim", "lie-about-it");
    expect([code, result.success, result.error.code]).toEqual([1, false, "unconfirmed"]);
    expect(existsSync(dirOf("lie-about-it"))).toBe(false);
  });

  test("documents that are not the exporter's are no result", async () => {
    const { result } = await runJob("valheim", "wrong-shape-of-it");
    expect(result).toMatchObject({ success: false, error: { code: "rejected" } });
    expect(result.error.message).toContain("biomes.json");
    expect(existsSync(dirOf("wrong-shape-of-it"))).toBe(false);
  });

  test("an image that takes its world at the start has one made in a container of its own", async () => {
    const { result, stderr } = await runJob("valheim-restart", "My Seed");
    expect(result, stderr).toMatchObject({ success: true, data_dir: dirOf("restart/My Seed") });
    expect(readFileSync(join(dirOf("restart/My Seed"), "raw/My Seed.fwl"), "utf8")).toBe("seed My Seed\n");
  });
});
