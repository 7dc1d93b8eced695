import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Entry, makeImage, makeLayer } from "../../rig/image.js";
import { readFinalStage } from "./read-compose.js";

export interface WarmImage {
  readonly image: Awaited<ReturnType<typeof makeImage>>;
  /** What the image has from elsewhere: this machine's node, and what the Dockerfile copies from its build. */
  readonly binds: readonly string[];
}

/**
 * The image of examples/compose/Dockerfile as far as it can be made without a registry: its user, folders, environment, entry
 * point and copies are read from the file; node and git are this machine's, and what it builds is this checkout's.
 */
export async function buildWarmImage(dockerfile: string, salt: string): Promise<WarmImage> {
  const git = findProgram("git");
  const stage = readFinalStage(dockerfile);
  const last = (word: string) => stage.filter((one) => one.word === word).at(-1)?.rest ?? "";
  const runs = stage.flatMap(({ word, rest }) => (word === "RUN" ? [rest] : []));
  const [, uid = "", home = ""] =
    /useradd .*--uid (\d+) .*--home-dir (\S+)/.exec(runs.find((run) => run.includes("useradd")) ?? "") ?? [];
  const [, mode = "", folder = ""] = runs.map((run) => /--mode (\d+) (\S+)/.exec(run)).find(Boolean) ?? [];
  const links = runs.flatMap((run) => {
    const [, to = "", path = ""] = /^ln -s (\S+) (\S+)$/.exec(run) ?? [];
    return path === "" ? [] : [{ path: path.slice(1), link: to }];
  });
  const entries: Entry[] = [
    { path: "bin/busybox", content: readFileSync("/bin/busybox"), mode: 0o755 },
    { path: "usr/bin/env", link: "/bin/busybox" },
    {
      path: "etc/passwd",
      content: `root:x:0:0::/:/bin/sh\n${last("USER")}:x:${uid}:${uid}::${home}:/bin/sh\n`,
    },
    { path: "etc/group", content: `root:x:0:\n${last("USER")}:x:${uid}:\n` },
    { path: folder.slice(1), directory: true, mode: Number.parseInt(mode, 8), owner: Number(uid) },
    { path: "tmp", directory: true, mode: 0o1777 },
    ...links,
  ];
  const copies = stage.flatMap(({ word, rest }) => {
    if (word !== "COPY") return [];
    const [from = "", to = ""] = rest.replace("--from=build /src/", "").split(" ");
    return [`${resolve(from)}:${to}:ro`];
  });
  const libraries = new Set([process.execPath, git].flatMap(listLibraries));
  const core = execFileSync(git, ["--exec-path"], { encoding: "utf8" }).trim();
  const ours = [git, core, ...libraries].map((path) => `${path}:${path}:ro`);
  const image = makeImage(
    [await makeLayer(entries)],
    {
      Cmd: JSON.parse(last("CMD")),
      Entrypoint: JSON.parse(last("ENTRYPOINT")),
      User: last("USER"),
      WorkingDir: last("WORKDIR"),
      Env: [
        "PATH=/usr/local/bin:/usr/bin:/bin",
        ...stage.flatMap(({ word, rest }) => (word === "ENV" ? [rest] : [])),
      ],
    },
    { salt },
  );
  return { image, binds: [`${process.execPath}:/usr/bin/node:ro`, ...ours, ...copies] };
}

const findProgram = (name: string) =>
  execFileSync("sh", ["-c", `readlink -f "$(command -v ${name})"`], { encoding: "utf8" }).trim();

function listLibraries(program: string): string[] {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}
