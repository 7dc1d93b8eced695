import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../src/config/load-config.js";
import { sha256 } from "../../src/model/canonical.js";
import type { Observed } from "../../src/model/observed.js";
import { SNAPSHOT_FORMAT } from "../../src/model/snapshot.js";
import { formatSnapshot } from "../../src/report/snapshot/parse-snapshot.js";
import { buildWarm } from "../plan/builders.js";
import { type BenchHost, mainScript } from "./bench-project.js";
import type { Figure } from "./figure.js";
import { compare, timeProcess, toSeries } from "./measure.js";

const RESOURCES = 5_000;
const MIB = 1024;

/** A plan against a snapshot of 5 000 resources as a whole process: for one field that changed, and for everything anew. */
export async function benchAgainst({ dir: root, isQuick }: BenchHost): Promise<Figure[]> {
  const dir = join(root, "against");
  mkdirSync(dir, { recursive: true });
  const text = await writeProject(dir);
  writeFileSync(join(dir, "one.yaml"), text.replace('A: "7"', 'A: "seven"'));
  writeFileSync(join(dir, "all.yaml"), text.replaceAll(":1\n", ":2\n"));
  const measure = async (id: string, what: string, file: string, format: string): Promise<Figure[]> => {
    const peak = join(dir, "peak");
    const tellPeak = `process.on("exit",()=>require("node:fs").writeFileSync(${JSON.stringify(peak)},String(process.resourceUsage().maxRSS)))`;
    writeFileSync(join(dir, "tell-peak.cjs"), tellPeak);
    const env = { PATH: process.env.PATH, NODE_OPTIONS: `--require=${join(dir, "tell-peak.cjs")}` };
    const args = [mainScript, "plan", "--file", file, "--against", "snapshot.json", "--format", format];
    const peaks: number[] = [];
    const times = await compare(isQuick ? 1 : 9, {
      warm: async () => {
        const ms = await timeProcess(args, env, dir);
        peaks.push(Number(readFileSync(peak, "utf8")) / MIB);
        return ms;
      },
      "bare node": () => timeProcess(["-e", "0"], env, dir),
    });
    const name = `plan --against a snapshot of ${RESOURCES} resources, ${what}, as ${format}`;
    return [
      {
        id: `against.${id}`,
        name,
        unit: "ms",
        better: "lower",
        series: toSeries(times),
        bars: [{ max: 1_500 }],
      },
      {
        id: `against.${id}.memory`,
        name: `${name}: peak memory`,
        ...{ unit: "MiB", better: "lower", series: toSeries({ warm: peaks }) },
        bars: [{ max: 250 }],
      },
    ];
  };
  return [
    ...(await measure("one-field", "one field changed", "one.yaml", "text")),
    ...(await measure("every-image", "every image another", "all.yaml", "markdown")),
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
