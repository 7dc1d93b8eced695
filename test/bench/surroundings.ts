import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { resolve } from "node:path";
import { dockerOn } from "../rig/docker-client.js";

/** Where something was measured: figures of two machines, or of two Dockers, cannot be read beside each other. */
export interface Surroundings {
  readonly machine: { readonly cores: number; readonly model: string; readonly memoryGiB: number };
  readonly kernel: string;
  readonly versions: { readonly warm: string; readonly node: string; readonly docker: string };
}

export async function describeSurroundings(socketPath: string): Promise<Surroundings> {
  const manifest = readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8");
  const { Version } = await dockerOn(socketPath).version();
  return {
    machine: {
      cores: cpus().length,
      model: cpus()[0]?.model ?? "unknown",
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    // Behind its version a release says who built it.
    kernel: release().split("-")[0] ?? release(),
    versions: { warm: JSON.parse(manifest).version, node: process.versions.node, docker: Version },
  };
}

export function formatSurroundings({ machine, kernel, versions }: Surroundings): string {
  return (
    `${machine.cores} x ${machine.model}, ${machine.memoryGiB} GiB, Linux ${kernel}; ` +
    `warm ${versions.warm}, Node.js ${versions.node}, Docker ${versions.docker}`
  );
}

/** Of the last minute: above some tenths somebody else was at work. */
export function currentLoad(): number {
  return loadavg()[0] ?? Number.NaN;
}
