import { randomBytes } from "node:crypto";
import { dirname } from "node:path/posix";
import { toWarmError, WarmError } from "../errors.js";
import { ENV_FILE } from "./bind-lease.js";
import type { EngineCommands } from "./engine-commands.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";
import type { CanaryResult, GrantedLease } from "./pools.js";
import { resetEngine } from "./reset-engine.js";

/** Where jobs tend to leave things; beside them every folder that something was written into since the container was made. */
const USUAL_PLACES = ["/tmp", "/var/tmp", "/dev/shm"];
const MOST_PLACES = 64;

export interface CanaryTools {
  readonly context: PoolContext;
  readonly cores: PoolCores;
  readonly commands: EngineCommands;
}

/**
 * Plants markers in a leased engine as a careless job would leave them, runs the pool's own reset, and looks for them: a
 * file in each place that jobs have written to.
 * @throws WarmError `rejected` when the pool has no reset
 */
export async function runCanary(lease: GrantedLease, tools: CanaryTools): Promise<CanaryResult> {
  const { context, cores, commands } = tools;
  const policy = cores.resource(lease.pool)?.policy.reset;
  if (policy === undefined)
    throw new WarmError("rejected", `${lease.pool}: there is no reset to prove, a used engine is recycled`, {
      hint: "declare `reset: { steps, verify }`",
    });
  const { id } = lease.container;
  const name = `warm-canary-${randomBytes(6).toString("hex")}`;
  const planted = await plant(id, name, await findPlaces(id, context), commands);
  const findings: string[] = [];
  const startedMs = context.nowMs();
  try {
    await resetEngine(id, policy, [], { commands });
  } catch (error) {
    findings.push(`the reset failed: ${toWarmError(error).message}`);
  }
  const resetMs = Math.round(context.nowMs() - startedMs);
  findings.push(...(await findMarkers(id, planted, commands)));
  return { engine: lease.engine, isClean: findings.length === 0, findings, planted, resetMs };
}

/** Folders of the engine's own file system that something was written into (`docker diff`), and the usual ones. */
async function findPlaces(containerId: string, context: PoolContext): Promise<string[]> {
  const path = `/containers/${containerId}/changes`;
  const answer = await context.host().host.reader.getJson("read what changed in an engine", path);
  const changed = (Array.isArray(answer) ? answer : []).flatMap((item: unknown) => {
    const { Path, Kind } = (item ?? {}) as { Path?: unknown; Kind?: unknown };
    return typeof Path === "string" && Kind !== DELETED ? [Path] : [];
  });
  // Folders above a change are told too: only what nothing else lies below was written to itself.
  const parents = new Set(changed.map((one) => dirname(one)));
  const written = changed.filter((one) => !parents.has(one) && !one.startsWith(dirname(ENV_FILE)));
  return [...new Set([...USUAL_PLACES, ...written])].slice(0, MOST_PLACES);
}

const DELETED = 2;

/** Of a changed file its folder is meant. */
const PLANT = `for place do
  if [ -f "$place" ]; then place=\${place%/*}; fi
  if [ -d "$place" ] && [ -w "$place" ]; then
    { : > "$place/$NAME"; } 2>/dev/null && printf '%s\\n' "$place/$NAME"
  fi
done
:`;
const FIND = `for file do [ -e "$file" ] && printf '%s\\n' "$file"; done
rm -f "$@"
:`;

async function plant(
  containerId: string,
  name: string,
  places: readonly string[],
  commands: EngineCommands,
): Promise<string[]> {
  const command = ["/bin/sh", "-c", PLANT, "sh", ...places];
  const { stdout, stderr, exitCode } = await commands.run(containerId, command, { env: { NAME: name } });
  if (exitCode !== 0)
    throw new WarmError(
      "engine-failed",
      `no marker could be planted: exit code ${exitCode}: ${stderr.trim()}`,
      {
        hint: "the canary needs /bin/sh in the engine",
      },
    );
  return [...new Set(stdout.split("\n").filter((line) => line !== ""))];
}

/** What survived is taken away again: the next job is no canary. */
async function findMarkers(
  containerId: string,
  planted: readonly string[],
  commands: EngineCommands,
): Promise<string[]> {
  try {
    const { stdout } = await commands.run(containerId, ["/bin/sh", "-c", FIND, "sh", ...planted]);
    const found = stdout.split("\n").filter((line) => line !== "");
    return found.map((file) => `a file that a job leaves in ${dirname(file)} survives the reset`);
  } catch (error) {
    return [`the markers could not be looked for: ${toWarmError(error).message}`];
  }
}
