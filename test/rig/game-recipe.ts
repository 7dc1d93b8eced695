import type { ImageOptions, Recipe } from "./images.js";

const applets = "chmod cp date find grep head kill ln mkfifo mknod mv ps tail test touch truncate [".split(
  " ",
);

/** The documented timings of the Valheim pipeline, ms: a container's start and the server's boot, and then a job's. */
export const GAME_TIMINGS = {
  start: 10_000,
  boot: 75_000,
  load: 15_000,
  generate: 60_000,
  export: 20_000,
  reset: 5_000,
  shutdown: 5_000,
} as const;

/** A game server that keeps the pipeline's contract, and breaks it for some seeds: see the catalogue. */
export function gameRecipe({ scale }: ImageOptions["game"]): Recipe {
  const pause = (step: keyof typeof GAME_TIMINGS, share = 1) =>
    `usleep ${Math.round((GAME_TIMINGS[step] * 1000 * share) / scale)}`;
  return {
    entries: () => [
      { path: "run", directory: true },
      ...applets.map((name) => ({ path: `bin/${name}`, link: "busybox" })),
      {
        path: "bin/reset-world",
        mode: 0o755,
        content: `#!/bin/sh\n${pause("reset")}\nrm -rf /config/worlds_local /config/world_data\nmkdir -p /config/worlds_local /config/world_data\n`,
      },
    ],
    script: `trap '${pause("shutdown")}; exit 0' TERM INT
${pause("start")} & wait $!
echo "Booting"
${pause("boot")} & wait $!
mkdir -p /config/worlds_local /config/world_data
mkfifo /run/commands 2>/dev/null
${worker(pause)}
exec 3<>/run/commands 4<&0
while IFS= read -r line <&4; do printf '%s\\n' "$line" >&3; done &
obey <&3 &
echo "Game server connected"
[ -z "\${WORLD_SEED+x}" ] || load_world "$WORLD_SEED" &
wait $!
while :; do sleep 3600 & wait $!; done
`,
  };
}

/** What the pipeline's documents have beside their samples. The time is always the same: equal worlds are equal bytes. */
const HEAD = '"resolution":2,"world_radius":10000,"world_diameter":20000';
const TAIL = '"export_timestamp":"2026-01-01T00:00:00Z"';

/** What the pipeline's plugin does: one world after the other, in the words that the job waits for. */
function worker(pause: (step: keyof typeof GAME_TIMINGS, share?: number) => string): string {
  return `file_of() { printf %s "$1" | tr / _; }
load_world() {
  world=$1
  case "$1" in lie-*) world=WarmEngine ;; esac
  [ -n "\${WORLD_SEED+x}" ] || ${pause("load")}
  case "$1" in silent-*) ;; *) printf 'world seed: %s\\n' "$world" ;; esac
  case "$1" in die-load-*) kill 1; return ;; hang-*) return ;; esac
  name=$(file_of "$world")
  echo "Generating locations"
  ${pause("generate")}
  case "$1" in die-generate-*) kill 1; return ;; esac
  printf 'database of %s\\n' "$world" > "/config/worlds_local/$name.db"
  printf 'seed %s\\n' "$world" > "/config/worlds_local/$name.fwl"
  echo "exported raw"
  ${pause("export", 0.5)}
  printf '{"seed":"%s",${HEAD},"biome_map":[[1,2],[4,8]],"biome_names":{"1":"Meadows"},${TAIL}}\\n' "$(printf %s "$world" | sha256sum | head -c 64)" > /config/world_data/biomes.json
  echo "exported biomes.json"
  ${pause("export", 0.5)}
  case "$1" in
    half-*) echo "ALL EXPORTS COMPLETE"; return ;;
    link-*) ln -s /etc/passwd /config/world_data/passwd ;;
    device-*) mknod /config/world_data/null c 1 3 ;;
    pipe-*) mkfifo /config/world_data/pipe ;;
    huge-*) truncate -s 2147483648 /config/world_data/huge.bin ;;
    wrong-shape-*) printf '{"biome_map":"none"}\\n' > /config/world_data/biomes.json ;;
  esac
  printf '{${HEAD},"height_map":[[1.5,2],[4,8]],"min_height":1.5,"max_height":8,${TAIL}}\\n' > /config/world_data/heightmap.json
  echo "exported heightmap.json"
  echo "ALL EXPORTS COMPLETE"
}
obey() {
  while IFS= read -r line; do
    case "$line" in
      "load_world "*) load_world "\${line#load_world }" ;;
      *) printf 'unknown command: %s\\n' "$line" ;;
    esac
  done
}`;
}
