import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../src/config/load-config.js";
import { sha256 } from "../../src/model/canonical.js";
import type { Observed } from "../../src/model/observed.js";
import { SNAPSHOT_FORMAT } from "../../src/model/snapshot.js";
import { formatSnapshot } from "../../src/report/snapshot/parse-snapshot.js";
import { buildWarm } from "../plan/builders.js";
import { type BenchHost, mainScript } from "./bench-project.js";
import { compare, type Measurement, median, timeProcess } from "./measure.js";

const RUNS = 9;
const RESOURCES = 5_000;
const MIB = 1024;

/** A plan against a snapshot of 5 000 resources as a whole process: for one field that changed, and for everything anew. */
export async function benchAgainst({ dir: root }: BenchHost): Promise<Measurement[]> {
  const dir = join(root, "against");
  mkdirSync(dir, { recursive: true });
  const text = await writeProject(dir);
  writeFileSync(join(dir, "one.yaml"), text.replace('A: "7"', 'A: "seven"'));
  writeFileSync(join(dir, "all.yaml"), text.replaceAll(":1\n", ":2\n"));
  const measure = async (what: string, file: string, format: string): Promise<Measurement[]> => {
    const peak = join(dir, "peak");
    const tellPeak = `process.on("exit",()=>require("node:fs").writeFileSync(${JSON.stringify(peak)},String(process.resourceUsage().maxRSS)))`;
    writeFileSync(join(dir, "tell-peak.cjs"), tellPeak);
    const env = { PATH: process.env.PATH, NODE_OPTIONS: `--require=${join(dir, "tell-peak.cjs")}` };
    const args = [mainScript, "plan", "--file", file, "--against", "snapshot.json", "--format", format];
    const peaks: number[] = [];
    const times = await compare(
      RUNS,
      async () => {
        const ms = await timeProcess(args, env, dir);
        peaks.push(Number(readFileSync(peak, "utf8")) / MIB);
        return ms;
      },
      () => timeProcess(["-e", "0"], env, dir),
    );
    const name = `plan --against a snapshot of ${RESOURCES} resources, ${what}, as ${format}`;
    return [
      { name, ...times, unit: "ms", max: 1_500 },
      { name: `${name}: peak memory`, ours: median(peaks), reference: Number.NaN, unit: "MiB", max: 250 },
    ];
  };
  return [
    ...(await measure("one field changed", "one.yaml", "text")),
    ...(await measure("every image another", "all.yaml", "markdown")),
  ];
}

/** @returns the text of the file that the snapshot matches */
async function writeProject(dir: string): Promise<string> {
  const templates = Array.from({ length: RESOURCES / 4 }, (_, n) => {
    const image = `127.0.0.1:5000/acme/template-${n}:1`;
    return `  t${n}:\n    image: ${image}\n    blob: ${image.replace(":1", "-blob:1")}\n    resources: { memory: 64MiB }\n    env: { A: "${n}", LOG_LEVEL: info }`;
  });
  const text = `version: 1\nproject: bench\ntemplates:\n${templates.join("\n")}\n`;
  const { desired } = await parseConfig({ text, file: "warm.yaml", directory: dir, env: {} });
  const observed = withLongIds(buildWarm(desired));
  const snapshot = { format: SNAPSHOT_FORMAT, project: "bench", observed, requests: [], pools: {} } as const;
  writeFileSync(join(dir, "snapshot.json"), formatSnapshot(snapshot));
  return text;
}

/** As long as Docker's. */
function withLongIds(observed: Observed): Observed {
  const containers = observed.containers.map((container) => ({ ...container, id: sha256(container.id) }));
  return { ...observed, containers };
}
