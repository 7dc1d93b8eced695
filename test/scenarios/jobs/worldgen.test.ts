import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { createClient } from "../../../src/server/client/create-client.js";
import { socketPathIn } from "../../../src/server/listen/socket-path.js";
import { pushImage } from "../../rig/push-image.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { findWorldgenEngine } from "../../rig/worldgen-engine.js";
import { buildWorldgenImage } from "../../rig/worldgen-image.js";
import { eventually, type Watching, watch } from "../watch/watched-project.js";

const engine = findWorldgenEngine();
const why = engine.kind === "missing" ? ` (skipped: ${engine.reason})` : "";

describe.skipIf(engine.kind === "missing")(`the world generator under \`warm watch\`${why}`, () => {
  let sandbox: Sandbox;
  let watching: Watching;
  beforeAll(async () => {
    sandbox = await createSandbox();
    await pushImage(sandbox.registry, imagePath(sandbox), await buildWorldgenImage({ salt: sandbox.id }));
    writeExample(sandbox);
    watching = watch(sandbox);
    const client = createClient(socketPathIn(join(sandbox.dir, ".warm")));
    let last: unknown;
    await eventually(
      async () => {
        const views = [client.view("worlds"), client.view("tiled-worlds")];
        last = await Promise.all(views).catch((error: unknown) => error);
        return Array.isArray(last) && last.every(({ counts }) => counts.ready === 2);
      },
      () => `the engines never were ready: ${JSON.stringify(last)}\n${watching.warm.output.stderr}`,
    );
    client.close();
  }, 120_000);
  afterAll(async () => {
    await watching?.stop();
    await sandbox?.dispose();
  });

  const runJob = async (pool: string, seed: string, ...more: string[]) => {
    const { code, stdout, stderr } = await sandbox.warm(["run", pool, `seed=${seed}`, "--json", ...more]);
    expect(code, `${stdout}${stderr}`).toBe(0);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
  };

  test("makes a world with its maps and statistics, and has it at hand the second time", async () => {
    const result = await runJob("worlds", "Yggdrasil");
    expect(result).toMatchObject({ success: true, cached: false, data_dir: dirOf("Yggdrasil") });
    expect(listFiles(dirOf("Yggdrasil"))).toEqual([
      "extracted/biomes.json",
      "extracted/heightmap.json",
      "manifest.json",
      "processed/statistics.json",
      "renders/biomes.png",
      "renders/heightmap.png",
    ]);
    expect(read(dirOf("Yggdrasil"), "heightmap.json")).toContain('"seed":"Yggdrasil"');
    expect(await runJob("worlds", "Yggdrasil")).toMatchObject({ success: true, cached: true });
  });

  test("makes of four tiles the very bytes that one engine makes", async () => {
    const seed = 'Midgard $(reboot) "ü" ../..';
    const [whole, tiled] = await Promise.all([runJob("worlds", seed), runJob("tiled-worlds", seed)]);
    expect([whole.success, tiled.success]).toEqual([true, true]);
    const [one, other] = [dirOf(seed), dirOf(`tiled:${seed}`)];
    for (const name of ["heightmap.json", "biomes.json"]) expect(read(other, name)).toBe(read(one, name));
    // The parts are no part of the result.
    expect(listFiles(other)).toEqual(listFiles(one));
  });

  test("makes the same world again on whichever engine, after other worlds", async () => {
    const before = read(dirOf("Yggdrasil"), "heightmap.json");
    writeFileSync(join(sandbox.dir, "seeds.txt"), "one\ntwo\nthree\nfour\n");
    const { code, stderr } = await sandbox.warm(["run", "worlds", "--each", "seeds.txt", "--json"]);
    expect(code, stderr).toBe(0);
    const worlds = ["one", "two", "three", "four"].map((seed) => read(dirOf(seed), "heightmap.json"));
    expect(new Set(worlds.map((world) => world.slice(world.indexOf('"heights"')))).size).toBe(4);
    expect(await runJob("worlds", "Yggdrasil", "--force")).toMatchObject({ cached: false });
    expect(read(dirOf("Yggdrasil"), "heightmap.json")).toBe(before);
  });

  test("a seed with a line break is refused before any engine hears of it", async () => {
    const { code, stderr } = await sandbox.warm(["run", "worlds", "seed=a\nload_world b"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("seed");
    expect(existsSync(dirOf("a\nload_world b"))).toBe(false);
  });

  const dirOf = (key: string) => join(sandbox.dir, "data/seeds", sha256(key));
});

const imagePath = ({ id }: Sandbox) => `${id}/world-generator:1.0.0`;

/** The example as it stands, with the sandbox's names, and as many engines as a small machine bears. */
function writeExample(sandbox: Sandbox): void {
  const example = "examples/worldgen";
  for (const name of ["render.mjs", "merge.mjs", "map", "schemas"])
    cpSync(join(example, name), join(sandbox.dir, name), { recursive: true });
  const text = readFileSync(join(example, "warm.yaml"), "utf8")
    .replaceAll("127.0.0.1:5000/acme/world-generator:1.0.0", `${sandbox.registry.host}/${imagePath(sandbox)}`)
    .replace(/^project: \S+/m, `project: ${sandbox.project}\nprefix: ${sandbox.prefix}`)
    .replace(/^network: \S+/m, `network: ${sandbox.network}`)
    .replace("size: 4", "size: 2");
  sandbox.writeConfig(text);
}

function listFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name).slice(dir.length + 1))
    .sort();
}

const read = (dir: string, name: string) => readFileSync(join(dir, "extracted", name), "utf8");
