import { type ChildProcess, spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { WarmError } from "../../errors.js";

interface Place {
  /** Absolute. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Begins a program with closed input, in a process group of its own.
 * @throws WarmError `rejected` with what is wrong with it
 */
export async function startCommand(argv: readonly string[], { cwd, env }: Place): Promise<ChildProcess> {
  const [program = "", ...args] = argv;
  if ([...argv, ...Object.values(env)].some((text) => text?.includes("\0"))) {
    throw new WarmError(
      "rejected",
      `${JSON.stringify(program)} cannot be run: an argument or a variable holds a NUL`,
      {
        hint: "forbid it in the parameter's `pattern`",
      },
    );
  }
  try {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return child;
  } catch (error) {
    throw await explain(program, cwd, error as NodeJS.ErrnoException);
  }
}

async function explain(program: string, cwd: string, cause: NodeJS.ErrnoException): Promise<WarmError> {
  const name = JSON.stringify(program);
  const refuse = (why: string, hint: string) =>
    new WarmError("rejected", `${name} cannot be run: ${why}`, { hint, cause });
  const hasFolder = await stat(cwd).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  // The system says of both that there is no such file.
  if (!hasFolder) return refuse(`its folder ${cwd} is not there`, "see where warm.yaml is");
  switch (cause.code) {
    case "ENOENT":
    case "ERR_INVALID_ARG_VALUE":
      return refuse(
        "no such program",
        `install it, or write its path from ${cwd} on; no shell reads the command`,
      );
    case "EACCES":
      return refuse("it may not be run", "make it executable with `chmod +x`");
    case "E2BIG":
      return refuse("its arguments are too long", "pass large parameters through a file of the engine");
    default:
      return refuse(cause.code ?? cause.message, "run it by hand to see more");
  }
}
