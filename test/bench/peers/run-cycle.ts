import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import type { BenchHost } from "../bench-project.js";
import type { Contender } from "./contender.js";
import { type Fleet, unitName } from "./fleet.js";
import { readUnits, removeFleet, type Unit } from "./fleet-host.js";
import { type Meter, runCommand } from "./run-contender.js";

/**
 * up: from nothing. plan, apply: nothing has changed. repair: one container was killed. change: one value of one container was
 * edited in the file.
 */
export type Work = "up" | "plan" | "apply" | "repair" | "change";

export type Readings<Reading> = Partial<Record<Work, Reading[]>>;

export interface Cycle<Reading> {
  readonly host: BenchHost;
  readonly docker: Docker;
  readonly contender: Contender;
  readonly fleet: Fleet;
  /** How often each work but the first is done, each time on another container. */
  readonly repeats: number;
  readonly meter: Meter<Reading>;
}

/**
 * Has one tool do every kind of work, from a host without a container of the fleet to the same. What each work was to bring about
 * is looked at afterwards; where a tool has no plan, its apply is all there is.
 * @throws Error when a command fails, or ends well and has not done its work
 */
export async function runCycle<Reading>(cycle: Cycle<Reading>): Promise<Readings<Reading>> {
  const { host, docker, contender, fleet, repeats, meter } = cycle;
  const dir = join(host.dir, "peers", contender.who.replaceAll(" ", "-"));
  const at = { contender, dir, socketPath: host.socketPath };
  const readings: Readings<Reading> = {};
  const measure = async (work: Work, args: readonly string[] = contender.apply) => {
    const reading = await meter({ ...at, args });
    readings[work] = [...(readings[work] ?? []), reading];
  };
  const values = [...fleet.values];
  const wanted = { ...fleet, values };
  const check = async (work: Work, before: ReadonlyMap<string, Unit>, touched?: string) => {
    const after = await readUnits(docker, fleet);
    requireFleet(after, wanted, `${contender.who} ${work}`);
    requireUntouched(before, after, touched, `${contender.who} ${work}`);
    return after;
  };
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  try {
    contender.write(dir, wanted);
    if (contender.prepare) await runCommand({ ...at, args: contender.prepare });
    await measure("up");
    let units = await check("up", new Map());
    for (let index = 0; index < repeats; index += 1) {
      if (contender.plan) await measure("plan", contender.plan);
      await measure("apply");
      units = await check("apply", units);
    }
    for (let index = 0; index < repeats; index += 1) {
      const killed = unitName(index);
      await killContainer(docker, units.get(killed)?.id ?? "");
      await measure("repair");
      units = await check("repair", units, killed);
    }
    for (let index = 0; index < repeats; index += 1) {
      values[index] = "edited";
      contender.write(dir, wanted);
      await measure("change");
      units = await check("change", units, unitName(index));
    }
    return readings;
  } finally {
    await removeFleet(docker, fleet);
  }
}

/** Docker answers before it knows that the process has ended. */
async function killContainer(docker: Docker, id: string): Promise<void> {
  const container = docker.getContainer(id);
  await container.kill();
  await container.wait();
}

function requireFleet(units: ReadonlyMap<string, Unit>, { values }: Fleet, what: string): void {
  const isRight = (value: string, index: number) => {
    const unit = units.get(unitName(index));
    return unit?.isRunning === true && unit.value === value;
  };
  const right = values.filter(isRight).length;
  if (right === values.length && units.size === values.length) return;
  throw new Error(`${what}: ${right} of ${values.length} containers run as wanted, ${units.size} are there`);
}

function requireUntouched(
  before: ReadonlyMap<string, Unit>,
  after: ReadonlyMap<string, Unit>,
  touched: string | undefined,
  what: string,
): void {
  const replaced = [...before].filter(([name, { id }]) => name !== touched && after.get(name)?.id !== id);
  if (replaced.length > 0)
    throw new Error(`${what}: ${replaced.length} containers were replaced for nothing`);
}
