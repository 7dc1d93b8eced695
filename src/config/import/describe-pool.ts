import type { FoundHost, FoundSettings } from "../../model/found-host.js";
import { LABEL } from "../../model/labels.js";
import { parseEngineAddress } from "../../model/names.js";
import { type EngineSpec, parseEngineSpec } from "../../model/spec.js";
import { DEFAULTS } from "../normalize/defaults.js";
import { describeEnv, readVariables, type Variable } from "./describe-env.js";
import { tellMakers } from "./describe-template.js";
import type { Described, Entry, FileValue } from "./entry.js";
import type { PoolFacts } from "./gather-facts.js";
import { actualLimits, writeLimits, writeSize } from "./write-limits.js";

/** Fits no line of any engine: until it is replaced, no new engine is taken for ready. */
const NO_LINE = "to be replaced by what an engine prints once it can take jobs";

export function variablesOfPool(facts: PoolFacts, { settings }: FoundHost): Variable[] {
  const { container, spec } = findNewest(facts) ?? {};
  return readVariables(spec?.env ?? {}, settings.get(container?.id ?? "")?.env ?? {});
}

/** A pool by its engines: as the newest of them was made, as many as there are. */
export function describePool(
  facts: PoolFacts,
  found: FoundHost,
  nameSecret: (variable: Variable) => string,
): Described {
  const { pool, engines } = facts;
  const origin = [
    `From ${engines.map(({ name }) => `container ${name}`).join(", ")}; ${tellMakers(engines)}.`,
  ];
  const newest = findNewest(facts);
  const settings = found.settings.get(newest?.container.id ?? "");
  if (newest === undefined || settings === undefined) {
    const missing = ["how its engines are made: the label that says it cannot be read"];
    return { entry: { id: pool, value: {}, origin, remarks: [], missing, toCheck: [] }, leftOut: [] };
  }
  const { spec } = newest;
  const { env, remarks, leftOut } = describeEnv(variablesOfPool(facts, found), nameSecret);
  const size = new Set(engines.map(({ labels }) => parseEngineAddress(labels[LABEL.address] ?? "")?.slot))
    .size;
  const ready = guessReady(spec, settings);
  const entry: Entry = {
    id: pool,
    value: {
      image: spec.image,
      ...(spec.command === undefined ? {} : { command: spec.command }),
      ...(size === DEFAULTS.engine.size ? {} : { size }),
      ...(env === undefined ? {} : { env }),
      ...describeMaking(spec, settings),
      ready: ready.value,
    },
    origin: [...origin, ...tellOlder(facts, spec)],
    remarks: [...remarks, { path: ["ready"], text: ready.remark }],
    missing: [],
    toCheck: [`\`ready\`: ${ready.remark}`],
  };
  return { entry, leftOut };
}

function findNewest({ engines }: PoolFacts) {
  const made = engines.flatMap((container) => {
    const spec = parseEngineSpec(container.labels[LABEL.spec]);
    return spec === undefined ? [] : [{ container, spec }];
  });
  const byAge = made.toSorted(
    (a, b) =>
      b.container.createdAtMs - a.container.createdAtMs || (a.container.name < b.container.name ? -1 : 1),
  );
  return byAge[0];
}

function tellOlder({ engines }: PoolFacts, spec: EngineSpec): string[] {
  const specs = engines.map(({ labels }) => parseEngineSpec(labels[LABEL.spec]));
  const isOther = (one: EngineSpec | undefined) => one?.image !== spec.image;
  return specs.some(isOther) ? ["Not all of them are of this image; it is the newest one's."] : [];
}

/** All but image, command, env and size, where it is not what warm does by itself. */
function describeMaking(spec: EngineSpec, settings: FoundSettings): Record<string, FileValue> {
  const { noNewPrivileges, logs, ports, swapBytes } = spec;
  const { memoryBytes, cpus, pids } = actualLimits(settings.limits, spec.limits);
  const isMemory = memoryBytes !== DEFAULTS.engineLimits.memoryBytes || swapBytes !== 0;
  const resources = {
    ...writeLimits(memoryBytes !== undefined && isMemory ? { memoryBytes } : {}),
    ...(swapBytes === DEFAULTS.engineLimits.swapBytes ? {} : { swap: writeSize(swapBytes) }),
    ...writeLimits({
      ...(cpus === undefined ? {} : { cpus }),
      ...(pids === undefined || pids === DEFAULTS.engineLimits.pids ? {} : { pids }),
    }),
  };
  const isLogs = logs.maxSizeBytes !== DEFAULTS.logs.maxSizeBytes || logs.maxFiles !== DEFAULTS.logs.maxFiles;
  return {
    ...(Object.keys(resources).length === 0 ? {} : { resources }),
    ...(noNewPrivileges === DEFAULTS.security.noNewPrivileges ? {} : { security: { noNewPrivileges } }),
    ...(isLogs ? { logs: { maxSize: writeSize(logs.maxSizeBytes), maxFiles: logs.maxFiles } } : {}),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

interface GuessedReady {
  readonly value: Readonly<Record<string, FileValue>>;
  readonly remark: string;
}

/** Docker does not keep how an engine shows that it is ready; a port at which it is asked it does keep, and a check of its own. */
function guessReady({ ports }: EngineSpec, settings: FoundSettings): GuessedReady {
  const remark = "a guess: Docker does not keep how an engine shows that it is ready";
  if (settings.hasHealthcheck) return { value: { healthcheck: true }, remark };
  const [port = ports[0]] = settings.ports.filter((one) => !ports.includes(one));
  if (port !== undefined) return { value: { tcp: port }, remark };
  return {
    value: { log: NO_LINE },
    remark: "a stand-in that no engine meets: Docker does not keep how one shows that it is ready",
  };
}
