import { type Positions, pointerTo } from "../file/positions.js";
import { type Finding, findingAt } from "../finding.js";
import type { DraftEngine } from "../normalize/raw-config.js";
import type { Rule } from "./rule.js";

type DraftJob = NonNullable<DraftEngine["job"]>;
type Key = "command" | "fifo" | "port" | "path" | "method" | "password" | "signal" | "file" | "env";

interface DriverKeys {
  readonly needs: readonly Key[];
  readonly may: readonly Key[];
  readonly command: "line" | "words" | undefined;
  /** It knows itself when the work is done. */
  readonly knowsEnd: boolean;
}

const DRIVERS: Readonly<Record<NonNullable<DraftJob["driver"]>, DriverKeys>> = {
  console: { needs: ["command"], may: ["fifo"], command: "line", knowsEnd: false },
  exec: { needs: ["command"], may: [], command: "words", knowsEnd: true },
  signal: { needs: ["file", "env"], may: ["signal"], command: undefined, knowsEnd: false },
  http: { needs: ["port"], may: ["path", "method"], command: undefined, knowsEnd: true },
  rcon: { needs: ["port", "password", "command"], may: [], command: "line", knowsEnd: false },
  restart: { needs: ["env"], may: ["command"], command: "words", knowsEnd: true },
};
const KEYS: readonly Key[] = [
  ...(["command", "fifo", "port", "path", "method", "password", "signal", "file", "env"] as const),
];

/** A job has the keys that its driver needs and none that it does not know, and its end can be told. */
export const driverKeys: Rule = function* (draft, positions) {
  for (const [id, engine = {}] of Object.entries(draft.engines ?? {})) {
    const { job } = engine;
    if (job?.driver === undefined) continue;
    const at = pointerTo("engines", id, "job");
    yield* findWrongKeys(job, at, positions);
    yield* findWrongCommand(job, at, positions);
    const { port } = job;
    if (port !== undefined && !(engine.ports ?? []).includes(port))
      yield findingAt(positions, `${at}/port`, "value", {
        rule: "driver-keys",
        message: `port ${port} is not one of the pool's ports`,
        hint: `add it: \`ports: [${[...(engine.ports ?? []), port].join(", ")}]\``,
      });
  }
};

function* findWrongKeys(job: DraftJob, at: string, positions: Positions): Generator<Finding> {
  const { driver = "exec" } = job;
  const { needs, may, knowsEnd } = DRIVERS[driver];
  for (const key of KEYS) {
    const isThere = positions.has(`${at}/${key}`);
    if (needs.includes(key) && !isThere)
      yield findingAt(positions, at, "key", {
        rule: "driver-keys",
        message: `the driver \`${driver}\` needs \`${key}\``,
        hint: `add \`${key}\` to the job`,
      });
    if (isThere && !needs.includes(key) && !may.includes(key))
      yield findingAt(positions, `${at}/${key}`, "key", {
        rule: "driver-keys",
        message: `the driver \`${driver}\` knows no \`${key}\``,
        hint: `leave it out; \`${driver}\` takes ${[...needs, ...may].map((one) => `\`${one}\``).join(", ")}`,
      });
  }
  if (!knowsEnd && !positions.has(`${at}/done`))
    yield findingAt(positions, at, "key", {
      rule: "driver-keys",
      message: `the driver \`${driver}\` cannot tell when the job is done`,
      hint: 'say what shows it: `done: { log: "ALL EXPORTS COMPLETE" }`',
    });
}

function* findWrongCommand(job: DraftJob, at: string, positions: Positions): Generator<Finding> {
  const { driver = "exec", command } = job;
  const wanted = DRIVERS[driver].command;
  if (command === undefined || wanted === undefined) return;
  if ((typeof command === "string") === (wanted === "line")) return;
  yield findingAt(positions, `${at}/command`, "value", {
    rule: "driver-keys",
    message: wanted === "line" ? "the command has to be one line of text" : "the command has to be a list",
    hint:
      wanted === "line"
        ? 'write it as the engine reads it: `command: "load_world {seed}"`'
        : "write one item for each argument, no shell reads them: `command: [generate, --, '{seed}']`",
  });
}
