import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** A program called `ssh` that comes first on PATH, in place of a machine to log in to. */
export interface FakeSsh {
  /** The environment in which it is found. */
  readonly env: Record<string, string>;
  /** What each run was given, in the order of their starts. */
  runs(): readonly { readonly args: readonly string[]; readonly pid: number }[];
}

/** @param body what it does, as an ES module's text; `args` are its arguments. It has noted them by then. */
export function makeFakeSsh(dir: string, body: string): FakeSsh {
  const bin = join(dir, "bin");
  const log = join(dir, "ssh-runs");
  mkdirSync(bin, { recursive: true });
  const script = `import { appendFileSync } from "node:fs";
import { connect } from "node:net";
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args, pid: process.pid }) + "\\n");
${body}
`;
  writeFileSync(join(bin, "ssh.mjs"), script);
  const start = `#!/bin/sh\nexec "${process.execPath}" "${join(bin, "ssh.mjs")}" "$@"\n`;
  writeFileSync(join(bin, "ssh"), start, { mode: 0o755 });
  return {
    env: { PATH: [bin, process.env.PATH].join(delimiter) },
    runs: () =>
      existsSync(log)
        ? readFileSync(log, "utf8")
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line))
        : [],
  };
}

/** What `docker system dial-stdio` does on the far side. */
export const dialStdio = (socketPath: string) => `
const socket = connect({ path: ${JSON.stringify(socketPath)}, allowHalfOpen: true });
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on("end", () => process.exit());
`;

/** As OpenSSH ends before it is logged in. */
export const failWith = (text: string) => `process.stderr.write(${JSON.stringify(text)});
process.exitCode = 255;
`;
