import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { vi } from "vitest";
import { readCommandTree } from "../../../src/cli/completion/read-command-tree.js";
import { formatBashCompletion } from "../../../src/report/completion/format-bash-completion.js";
import { formatFishCompletion } from "../../../src/report/completion/format-fish-completion.js";
import { formatZshCompletion } from "../../../src/report/completion/format-zsh-completion.js";
import { shellsDir, shellsFailed, shellsMissing } from "../../rig/bootstrap/shells.mjs";
import { makeProgram } from "../command-tree.js";

const run = promisify(execFile);

/** A file with one of everything that completion offers. */
const FILE = `version: 1
project: shop
templates:
  hello: { image: "127.0.0.1:5000/acme/hello:1", blob: "127.0.0.1:5000/acme/blob:1", env: { A: { fromEnv: UNSET } } }
engines:
  renderer: { image: "r:1", size: 2, ready: { tcp: 80 }, ports: [80] }
  world-2: { image: "w:1", size: 1, ready: { tcp: 80 }, ports: [80] }
`;

/** What might be tried with names. All of them begin with `x`. */
export const HOSTILE: readonly string[] = [
  "x$(touch pwned)",
  "x`touch pwned`",
  "x';touch pwned;'",
  'x";touch pwned;"',
  "x;touch pwned",
  "x&touch pwned",
  "x|touch pwned",
  "x a b",
  "x*",
  "x$HOME",
  "x$PWD/y",
  "x\\n",
  "x#y",
  "x(y)",
  "x\u001b[31m",
];

export interface ShellRoom {
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  /** What is called `warm`: our own, or one that has these names to offer. */
  setNames(names: readonly string[] | undefined): void;
  exists(name: string): boolean;
  /** Runs a program to its end and gives what it prints. */
  run(file: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string>;
  /** Types into an interactive shell; gives what its line is then. */
  type(command: string, prompt: string, keys: string, env?: NodeJS.ProcessEnv): Promise<string>;
  dispose(): void;
}

/** A folder with the three scripts, a warm.yaml, some files, and a `warm` on the PATH. */
export async function openRoom(): Promise<ShellRoom> {
  const dir = mkdtempSync(join(tmpdir(), "warm-shells-"));
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
  const tree = readCommandTree(await makeProgram());
  write("warm.bash", `${formatBashCompletion(tree)}\n`);
  write("warm.fish", `${formatFishCompletion(tree)}\n`);
  write("warm.yaml", FILE);
  write("other.yaml", FILE.replaceAll("hello", "other"));
  write("plan one.json", "{}");
  for (const name of ["bin", "zsh", "deploy", "home"]) mkdirSync(join(dir, name));
  write("zsh/_warm", `${formatZshCompletion(tree)}\n`);
  const setNames = (names: readonly string[] | undefined) => {
    const main = resolve("dist/cli/main.js");
    const script = names
      ? `cat <<'END'\n${names.join("\n")}\nEND`
      : `exec "${process.execPath}" "${main}" "$@"`;
    write("bin/warm", `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, "bin/warm"), 0o755);
  };
  setNames(undefined);
  const env = {
    PATH: `${join(dir, "bin")}:${process.env.PATH}`,
    HOME: join(dir, "home"),
    LANG: "C.UTF-8",
    TERM: "xterm",
  };
  const started: ChildProcess[] = [];
  return {
    dir,
    env,
    setNames,
    exists: (name) => existsSync(join(dir, name)),
    run: async (file, args, more = {}) => {
      const { stdout } = await run(file, [...args], { cwd: dir, env: { ...env, ...more } });
      return stdout;
    },
    type: async (command, prompt, keys, more = {}) => {
      const line = join(dir, "line");
      rmSync(line, { force: true });
      const child = spawn("script", ["-qec", command, "/dev/null"], {
        cwd: dir,
        env: { ...env, ...more },
        timeout: 30_000,
      });
      started.push(child);
      let screen = "";
      child.stdout.setEncoding("utf8").on("data", (text) => (screen += text));
      await until(
        () => screen.includes(prompt),
        () => `no prompt:\n${screen}`,
      );
      child.stdin.write(`${keys}${SHOW_LINE}`);
      await until(
        () => existsSync(line) && readFileSync(line, "utf8").endsWith("\n"),
        () => `no line:\n${screen}`,
      );
      child.kill("SIGKILL");
      return readFileSync(line, "utf8").slice(0, -1);
    },
    dispose: () => {
      for (const child of started) child.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The key that has an interactive shell write its line into the file `line`. */
const SHOW_LINE = "\x14";

const until = (holds: () => boolean, why: () => string) =>
  vi.waitFor(
    () => {
      if (!holds()) throw new Error(why());
    },
    { timeout: 25_000, interval: 20 },
  );

const isThere = existsSync(shellsDir);
const libraries = ["lib", "usr/lib"].map((folder) => join(shellsDir, folder, `${machine()}-linux-gnu`));

/** Of Debian's packages, where they could be fetched. */
export const fetched = isThere
  ? {
      zsh: join(shellsDir, existsSync(join(shellsDir, "bin/zsh")) ? "bin/zsh" : "usr/bin/zsh"),
      zshFolder: join(shellsDir, "usr/share/zsh/functions"),
      fish: join(shellsDir, "usr/bin/fish"),
      fishFunctions: join(shellsDir, "usr/share/fish/functions"),
      modules: join(shellsDir, "usr/lib", `${machine()}-linux-gnu`, "zsh"),
      env: { LD_LIBRARY_PATH: libraries.join(":") },
    }
  : undefined;

/** For the names of tests that are skipped. */
export const whyNot = isThere
  ? ""
  : ` (skipped: ${process.env[shellsMissing] ?? "they are fetched by test/rig/bootstrap.mjs"})`;

if (!isThere && process.env[shellsFailed])
  throw new Error(`the shells could not be fetched: ${process.env[shellsFailed]}`);

function machine(): string {
  return process.arch === "arm64" ? "aarch64" : "x86_64";
}
