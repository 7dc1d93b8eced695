import { addressOf } from "../model/names.js";
import type { PoolResource } from "../model/pool.js";
import { imageAddress, type Lines, linesOf } from "./compile-parts.js";
import type { Config, EngineConfig } from "./config.js";
import { type Positions, pointerTo } from "./file/positions.js";

/** Field paths of a pool; each stands below the pool in the file, a key for a part of the path. */
const FIELDS: readonly string[] = [
  ...["image", "command", "env", "ports", "size", "schedule", "scale", "ttl", "maxJobs", "maxMemory"],
  ...["autoReset", "reset", "quarantine", "breaker", "allowStale", "idle", "errors", "errors.log"],
  ...["resources", "resources.memory", "resources.swap", "resources.cpus", "resources.pids"],
  ...["security", "security.noNewPrivileges", "logs", "logs.maxSize", "logs.maxFiles"],
  ...["ready", "ready.log", "ready.http", "ready.tcp", "ready.exec", "ready.healthcheck", "ready.timeout"],
  ...["lease", "lease.ttl", "lease.max", "lease.queue", "lease.leakAfter", "lease.onExpire"],
  ...["rollout", "rollout.surge", "rollout.unavailable", "rollout.deadline"],
];

/** The pool that an entry of `engines` stands for, on the project's network. */
export function compilePool(engine: EngineConfig, config: Config, positions: Positions): PoolResource {
  const { id, command, env, limits, noNewPrivileges, logs, ports, ready, policy, job } = engine;
  return {
    id,
    prefix: config.prefix,
    image: imageAddress(engine.image),
    network: addressOf("network", config.network),
    command,
    env,
    limits,
    noNewPrivileges,
    logs,
    ports,
    ready,
    policy,
    job,
    lines: poolLines(engine, positions),
  };
}

function poolLines({ id, env }: EngineConfig, positions: Positions): Lines {
  const at = (...keys: string[]) => pointerTo("engines", id, ...keys);
  const fields = FIELDS.map((path): [string, string] => [path, at(...path.split("."))]);
  const variables = Object.keys(env).map((name): [string, string] => [`env.${name}`, at("env", name)]);
  return linesOf(positions, {
    "": at(),
    "network": "/network",
    ...Object.fromEntries([...fields, ...variables]),
  });
}
