import { readFileSync } from "node:fs";
import { blobEntries } from "./blob-content.js";
import { engineRecipe } from "./engine-recipe.js";
import { gameRecipe } from "./game-recipe.js";
import {
  type ContainerDefaults,
  type Entry,
  hostPlatform,
  type Image,
  type Layer,
  makeImage,
  makeLayer,
} from "./image.js";
import { pseudoRandomBytes } from "./pseudo-random.js";

/** Every image of the rig and what can be asked of it besides `CommonOptions`. Each answers SIGTERM at once. */
export type ImageOptions = {
  /**
   * Answers 200 on / at $PORT (default 5550), the volume's files below /files/ (mounted at /workspace/cyanprint or
   * at `mount`), and prints "template ready" once it does. `healthcheck`: Docker's own, once per second.
   */
  template: { healthcheck?: boolean; mount?: string };
  /**
   * /cyanprint/artifact/cyan.tar.gz, which its command unpacks into /workspace/cyanprint: about 200 KiB, or
   * `sizeMiB` more, and a `manifest.sha256` for `sha256sum -c`. `pauseSeconds`: waits so long after the first half.
   * `probe`: a script whose output becomes the file `probed` of the volume.
   */
  blob: { sizeMiB?: number; pauseSeconds?: number; probe?: string };
  /** Unpacks the first half, prints three lines to stderr, exits 3. */
  blobFailsHalfway: object;
  /** Prints two lines, exits 7. */
  exitsAtOnce: object;
  /** Prints its environment and a line more, exits 7. */
  printsEnvironment: object;
  /** Runs, and never listens. */
  neverHealthy: object;
  /** Prints "up", runs, and does nothing else. */
  idle: object;
  /** Listens at $PORT, answers 500 for so many seconds after its start, then 200. */
  http500: { seconds: number };
  /** Listens at $PORT, takes `ms` for each answer. */
  slow: { ms: number };
  /** `sizeMiB` in 4 layers that do not shrink; exits 0. */
  big: { sizeMiB: number };
  /**
   * Like a game server: waits `startSeconds` (default 0), prints "Game server connected", answers 200 on / at $PORT
   * (default 8080), and takes commands, a line each, from its standard input and from /run/commands. `load_world X`
   * prints "world seed: X", writes /config/worlds_local/X.db and /config/world_data/biomes.json and prints "ALL EXPORTS
   * COMPLETE". `failsStart`: ends with code 9 instead. `growsMb`: holds so many MiB more after each world.
   * `printsOnJob`: a line that it prints with each. `healthcheck`: Docker's own. `noShell`: a web server alone, in an image
   * without any other program.
   */
  engine: {
    startSeconds?: number;
    failsStart?: boolean;
    growsMb?: number;
    printsOnJob?: string;
    healthcheck?: boolean;
    noShell?: boolean;
  };
  /**
   * A game server with the timings of the Valheim pipeline (GAME_TIMINGS), so many times faster, and its plugin: takes
   * `load_world X` from its standard input and from /run/commands, says "world seed: X", writes raw and extracted files, says
   * "exported …" for each and "ALL EXPORTS COMPLETE". `reset-world` is its reset. With WORLD_SEED set it makes that world
   * after its boot. It breaks its contract for worlds that begin with `lie-` (makes another world), `silent-` (confirms
   * nothing), `half-` (leaves a file out), `hang-`, `die-load-`, `die-generate-` (ends), `link-`, `device-`, `pipe-`,
   * `huge-` (2 GiB), `wrong-shape-` (against its schema).
   */
  game: { scale: number };
  /** For a platform that this machine does not have; push it as a list (`[image]`) to get "no matching manifest". */
  wrongPlatform: object;
};

export type ImageName = keyof ImageOptions;

export type CommonOptions = {
  /** Goes into the content: another image for the same tag. Default "1". */
  version?: string;
  /** Another image ID with the same layers. */
  salt?: string;
  labels?: Record<string, string>;
  env?: Record<string, string>;
};

/**
 * Makes an image of the catalogue. Same name and options, same image ID (on machines with the same busybox).
 */
export async function buildImage<N extends ImageName>(
  name: N,
  options: ImageOptions[N] & CommonOptions,
): Promise<Image> {
  const { version = "1", salt = "", labels, env = {} } = options;
  const recipe = recipes[name](options);
  const run: Entry = { path: "rig/run", content: `#!/bin/sh\n${recipe.script}`, mode: 0o755 };
  const mark: Entry = { path: "rig/version", content: `${name} ${version}\n` };
  const entries = [run, mark, ...((await recipe.entries?.(version)) ?? [])];
  const layers = [
    ...(recipe.isBare ? [] : [await busyboxLayer(), await makeLayer(entries)]),
    ...((await recipe.layers?.(version)) ?? []),
  ];
  const defaults: ContainerDefaults = {
    Cmd: ["/rig/run"],
    WorkingDir: "/workspace",
    Env: ["PATH=/bin", ...Object.entries({ ...recipe.env, ...env }).map(([key, value]) => `${key}=${value}`)],
    ...recipe.defaults,
    ...(labels && { Labels: labels }),
  };
  return makeImage(layers, defaults, { salt, platform: recipe.platform ?? hostPlatform });
}

export type Recipe = {
  script: string;
  entries?: (version: string) => Entry[] | Promise<Entry[]>;
  layers?: (version: string) => Promise<Layer[]>;
  env?: Record<string, string>;
  defaults?: Partial<ContainerDefaults>;
  platform?: Image["platform"];
  /** Nothing but its own layers: neither script nor shell. */
  isBare?: boolean;
};

/** PID 1 has no default reaction to SIGTERM; without this a stop would take Docker's 10 s. */
const endOnSignal = "trap 'exit 143' TERM INT\n";
const forever = "while :; do sleep 3600 & wait $!; done\n";
const serve = 'httpd -f -p "$PORT" -h /www & server=$!\n';
const web: Partial<Recipe> = { env: { PORT: "5550" }, defaults: { ExposedPorts: { "5550/tcp": {} } } };
const unpack = "mkdir -p cyanprint\ntar -xzf /cyanprint/artifact/cyan.tar.gz -C cyanprint";
const unpackFirstHalf = `${unpack} $(cat /cyanprint/artifact/first-half)\n`;

/** Milliseconds since the machine's start, as a shell expression; busybox's `date` knows whole seconds only. */
const nowMs = "$(cut -d' ' -f1 /proc/uptime | tr -d .)0";

const recipes: { [N in ImageName]: (options: ImageOptions[N]) => Recipe } = {
  template: ({ healthcheck, mount = "/workspace/cyanprint" }) => ({
    ...web,
    script: `${endOnSignal}${serve}
until wget -q -O /dev/null "http://127.0.0.1:$PORT/"; do usleep 5000; done
echo "template ready"
wait $server
`,
    entries: (version) => [
      { path: "www/index.html", content: `template ${version}\n` },
      { path: "www/files", link: mount },
    ],
    defaults: {
      ...web.defaults,
      ...(healthcheck && {
        Healthcheck: {
          Test: ["CMD-SHELL", 'wget -q -O /dev/null "http://127.0.0.1:$PORT/"'],
          Interval: 1e9,
          Timeout: 1e9,
          Retries: 2,
        },
      }),
    },
  }),
  blob: ({ sizeMiB = 0, pauseSeconds = 0, probe }) => ({
    script: `${endOnSignal}set -e
${pauseSeconds > 0 ? `${unpackFirstHalf}echo "first half unpacked"\nsleep ${pauseSeconds} & wait $!` : ""}
${unpack}
${probe === undefined ? "" : `(set +e\n${probe}\n) > cyanprint/probed 2>&1`}
echo "unpacked"
`,
    entries: (version) => blobEntries(version, sizeMiB),
  }),
  blobFailsHalfway: () => ({
    script: `${unpackFirstHalf}
echo "unpacking: first half done" >&2
echo "unpacking: unexpected end of file" >&2
echo "unpacking: giving up" >&2
exit 3
`,
    entries: (version) => blobEntries(version, 0),
  }),
  exitsAtOnce: () => ({ script: 'echo "starting"\necho "fatal: no settings found" >&2\nexit 7\n' }),
  printsEnvironment: () => ({ script: 'set\necho "fatal: no settings found" >&2\nexit 7\n' }),
  neverHealthy: () => ({ ...web, script: `${endOnSignal}echo "never listening"\n${forever}` }),
  idle: () => ({ script: `${endOnSignal}echo "up"\n${forever}` }),
  http500: ({ seconds }) => ({
    ...web,
    script: `${endOnSignal}echo $((${nowMs} + ${Math.round(seconds * 1000)})) > /rig/good-from\n${serve}wait $server\n`,
    entries: () => [
      answerScript(`status="200 OK"
if [ "${nowMs}" -lt "$(cat /rig/good-from)" ]; then status="500 Internal Server Error"; fi`),
    ],
  }),
  slow: ({ ms }) => ({
    ...web,
    script: `${endOnSignal}${serve}wait $server\n`,
    entries: () => [answerScript(`status="200 OK"\nusleep ${Math.round(ms * 1000)}`)],
  }),
  big: ({ sizeMiB }) => ({
    script: "exit 0\n",
    layers: (version) => {
      const quarter = Math.ceil((sizeMiB / 4) * 2 ** 20);
      const content = (part: number) => pseudoRandomBytes(`big ${version} ${part}`, quarter);
      return Promise.all(
        [1, 2, 3, 4].map((part) => makeLayer([{ path: `payload/${part}`, content: content(part) }])),
      );
    },
  }),
  engine: ({ noShell, ...options }) => (noShell ? bareEngine : engineRecipe(options)),
  game: gameRecipe,
  wrongPlatform: () => ({
    script: "exit 0\n",
    platform: { os: "linux", architecture: hostPlatform.architecture === "arm64" ? "amd64" : "arm64" },
  }),
};

/** The web server is the only program; it has no reaction to SIGTERM as PID 1. */
const bareEngine: Recipe = {
  script: "",
  isBare: true,
  defaults: {
    Cmd: ["/httpd", "-f", "-p", "8080", "-h", "/www"],
    WorkingDir: "/",
    StopSignal: "SIGKILL",
    ExposedPorts: { "8080/tcp": {} },
  },
  layers: async (version) => [
    await makeLayer([
      { path: "httpd", content: readFileSync("/bin/busybox"), mode: 0o755 },
      { path: "www/index.html", content: `engine ${version}\n` },
    ]),
  ],
};

/** What busybox's httpd runs for a request of / when there is no index.html. */
function answerScript(setStatus: string): Entry {
  const content = `#!/bin/sh
${setStatus}
printf 'Status: %s\\r\\nContent-Type: text/plain\\r\\n\\r\\n%s\\n' "$status" "$status"
`;
  return { path: "www/cgi-bin/index.cgi", content, mode: 0o755 };
}

/** The programs that the scripts call; each is the one static binary under another name. */
const applets = "cat cut echo httpd ls mkdir nc printf rm sh sha256sum sleep tar tr true usleep wget".split(
  " ",
);

/** The layer under every image, the same in all of them: made once. */
const busyboxLayer = once(() =>
  makeLayer([
    { path: "bin/busybox", content: readFileSync("/bin/busybox"), mode: 0o755 },
    ...applets.map((name) => ({ path: `bin/${name}`, link: "busybox" })),
    { path: "tmp", directory: true },
    { path: "workspace", directory: true },
  ]),
);

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
