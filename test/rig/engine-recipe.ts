import type { ImageOptions, Recipe } from "./images.js";

/** What resets, jobs and sessions call beyond the programs of every image. */
const applets =
  "chmod cp date dd env find grep head id kill mkfifo mv od ps rmdir sed sort tail test touch wc [".split(
    " ",
  );

/** A game server of one shell script: see the catalogue. */
export function engineRecipe(options: Omit<ImageOptions["engine"], "noShell">): Recipe {
  const { startSeconds = 0, failsStart = false, healthcheck = false } = options;
  return {
    env: { PORT: "8080" },
    script: `trap 'exit 143' TERM INT
echo "Game server starting"
${startSeconds > 0 ? `sleep ${startSeconds} & wait $!\n` : ""}${failsStart ? 'echo "fatal: no world found"\nexit 9\n' : ""}
mkdir -p /config/worlds_local /config/world_data
mkfifo /run/commands 2>/dev/null
httpd -f -p "$PORT" -h /www &
until wget -q -O /dev/null "http://127.0.0.1:$PORT/" 2>/dev/null; do usleep 5000; done
${loadWorld(options)}
exec 3<>/run/commands 4<&0
while read -r line <&4; do echo "$line" >&3; done &
obey <&3 &
echo "Game server connected"
wait $!
`,
    entries: (version) => [
      { path: "www/index.html", content: `engine ${version}\n` },
      { path: "run", directory: true },
      ...applets.map((name) => ({ path: `bin/${name}`, link: "busybox" })),
    ],
    defaults: {
      ExposedPorts: { "8080/tcp": {} },
      ...(healthcheck && {
        Healthcheck: {
          Test: ["CMD-SHELL", 'wget -q -O /dev/null "http://127.0.0.1:$PORT/"'],
          Interval: 1e9,
          Timeout: 1e9,
          Retries: 2,
        },
      }),
    },
  };
}

/** A seed is just a text: as the name of a file it has no slashes. */
function loadWorld({ growsMb = 0, printsOnJob }: ImageOptions["engine"]): string {
  const grow = `n=$((n + 1)); eval "hog$n=\\$(head -c ${growsMb * 2 ** 20} /dev/zero | tr '\\\\0' x)"`;
  return `load_world() {
  echo "world seed: $1"
  ${printsOnJob === undefined ? ":" : `echo '${printsOnJob.replaceAll("'", "'\\''")}'`}
  ${growsMb > 0 ? grow : ":"}
  printf '%s\\n' "$1" > "/config/worlds_local/$(printf %s "$1" | tr / _).db"
  printf '{"seed":"%s"}\\n' "$1" > /config/world_data/biomes.json
  echo "ALL EXPORTS COMPLETE"
}
n=0
obey() {
  while read -r command argument; do
    case "$command" in
      load_world) load_world "$argument" ;;
      stop) kill 1 ;;
      *) echo "unknown command: $command" ;;
    esac
  done
}`;
}
