import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type Docker from "dockerode";
import { parse } from "yaml";

interface Service {
  readonly image?: string;
  readonly build?: object;
  readonly command: readonly string[];
  readonly network_mode: string;
  readonly init: boolean;
  readonly restart: string;
  readonly stop_grace_period: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly group_add: readonly string[];
  readonly tmpfs: readonly string[];
  readonly mem_limit: string;
  readonly pids_limit: number;
  readonly volumes: readonly string[];
  readonly secrets: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck: Readonly<Record<"interval" | "timeout" | "start_period", string>> & {
    readonly test: readonly string[];
    readonly retries: number;
  };
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
}

export interface ComposeFile {
  readonly services: { readonly warm: Service };
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes?: Readonly<Record<string, object>>;
}

export const readCompose = (file: string) => parse(readFileSync(file, "utf8")) as ComposeFile;

/** Two files as `docker compose -f one -f two` joins them: maps are merged, commands replaced, lists of names joined. */
export function joinCompose(one: ComposeFile, two: ComposeFile): ComposeFile {
  const [below, above] = [one.services.warm, two.services.warm];
  const secrets = [...new Set([...(below.secrets ?? []), ...(above.secrets ?? [])])];
  const warm = { ...below, ...above, secrets };
  return { ...one, services: { warm }, secrets: { ...one.secrets, ...two.secrets } };
}

export interface Places {
  /** Of the compose file: relative paths are below it. */
  readonly dir: string;
  /** For `${NAME…}`. */
  readonly env: Readonly<Record<string, string>>;
  /** Named volumes are called so in Docker. */
  readonly volumeName: (name: string) => string;
}

/** What compose asks Docker for: every key of the service has its place here. @throws Error for one that has none */
export function toContainer(
  { services: { warm }, secrets: files = {}, volumes: named = {} }: ComposeFile,
  places: Places,
): Docker.ContainerCreateOptions {
  const fill = (text: string) =>
    text.replaceAll(/\$\{(\w+)(:\?[^}]*)?\}/g, (_, name: string) => places.env[name] ?? fail(`no ${name}`));
  const at = (path: string) => (path.startsWith("/") ? path : resolve(places.dir, path));
  const binds = warm.volumes.map((text) => {
    const [source = "", ...rest] = text.split(":");
    return [source in named ? places.volumeName(source) : at(source), ...rest].join(":");
  });
  const mounted = warm.secrets.map(
    (name) => `${at(files[name]?.file ?? fail(name))}:/run/secrets/${name}:ro`,
  );
  const { image, build, command, environment = {}, healthcheck, logging, ...rest } = warm;
  const {
    network_mode,
    init,
    restart,
    stop_grace_period,
    read_only,
    cap_drop,
    security_opt,
    group_add,
    tmpfs,
    mem_limit,
    pids_limit,
    volumes: _volumes,
    secrets: _secrets,
    ...unknown
  } = rest;
  if (Object.keys(unknown).length > 0) fail(`nothing is known of ${Object.keys(unknown)}`);
  return {
    Image: image ?? fail("no image"),
    Cmd: command.map(fill),
    Env: Object.entries(environment).map(([name, value]) => `${name}=${fill(value)}`),
    StopTimeout: seconds(stop_grace_period),
    Healthcheck: {
      Test: [...healthcheck.test],
      Interval: seconds(healthcheck.interval) * 1e9,
      Timeout: seconds(healthcheck.timeout) * 1e9,
      StartPeriod: seconds(healthcheck.start_period) * 1e9,
      Retries: healthcheck.retries,
    },
    HostConfig: {
      NetworkMode: network_mode,
      Init: init,
      RestartPolicy: { Name: restart },
      ReadonlyRootfs: read_only,
      CapDrop: [...cap_drop],
      SecurityOpt: [...security_opt],
      GroupAdd: group_add.map(fill),
      Tmpfs: Object.fromEntries(
        tmpfs.map((text) => [text.split(":")[0], text.split(":").slice(1).join(":")] as const),
      ),
      Memory: Number.parseInt(mem_limit, 10) * 2 ** 20,
      PidsLimit: pids_limit,
      Binds: [...binds, ...mounted],
      LogConfig: { Type: logging.driver, Config: { ...logging.options } },
    },
  };
}

const seconds = (text: string) => Number(/^(\d+)s$/.exec(text)?.[1] ?? fail(`${text} is not in seconds`));

function fail(why: string): never {
  throw new Error(why);
}

/** The instructions of the last stage of a Dockerfile with those that it is based on, in order. */
export function readFinalStage(file: string): { readonly word: string; readonly rest: string }[] {
  const text = readFileSync(file, "utf8").replaceAll(/\\\n/g, " ");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const stages: { from: string; name: string; lines: { word: string; rest: string }[] }[] = [];
  for (const line of lines) {
    const [word = "", rest = ""] = [line.split(" ")[0], line.slice(line.indexOf(" ") + 1).trim()];
    if (word === "FROM") {
      const [from = "", , name = ""] = rest.split(" ");
      stages.push({ from, name, lines: [] });
    } else stages.at(-1)?.lines.push({ word, rest });
  }
  const collect = (stage: (typeof stages)[number] | undefined): { word: string; rest: string }[] => {
    if (stage === undefined) return [];
    return [...collect(stages.find(({ name }) => name === stage.from)), ...stage.lines];
  };
  return collect(stages.at(-1));
}
