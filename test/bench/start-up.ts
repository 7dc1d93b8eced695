import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchHost, mainScript } from "./bench-project.js";
import type { Figure } from "./figure.js";
import { compare, timeProcess, toSeries } from "./measure.js";

const FILE = `version: 1
project: start
templates:
  hello:
    image: 127.0.0.1:5000/acme/ts-template:1.4.0
    blob: 127.0.0.1:5000/acme/ts-template-blob:1.4.0
`;

/** Commands that ask no host, as whole processes: what it costs to begin at all. */
export async function benchStartUp({ dir: root, isQuick }: BenchHost): Promise<Figure[]> {
  const dir = join(root, "start");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "warm.yaml"), FILE);
  const run = (...args: string[]) => timeProcess(args, { PATH: process.env.PATH, HOME: dir }, dir);
  const measure = async (id: string, args: readonly string[], atMost: number): Promise<Figure> => ({
    ...{ id: `start-up.${id}`, name: `warm ${args.join(" ")}, whole process`, unit: "ms", better: "lower" },
    series: toSeries(
      await compare(isQuick ? 2 : 21, {
        warm: () => run(mainScript, ...args),
        "bare node": () => run("-e", "0"),
      }),
    ),
    bars: [{ against: "bare node", atMost }],
  });
  return [await measure("version", ["--version"], 1.6), await measure("validate", ["validate"], 2.5)];
}
