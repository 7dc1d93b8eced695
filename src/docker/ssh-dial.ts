import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { WarmError } from "../errors.js";
import type { Transport } from "./endpoint.js";

const MAX_STDERR = 2000;

/**
 * A connection to the daemon's socket on another machine, as the docker CLI makes it: the system's `ssh` runs
 * `docker system dial-stdio` over there. Fails with `host-unreachable` and ssh's own words.
 */
export function dialSsh(transport: Transport & { kind: "ssh" }): Duplex {
  const child = spawn("ssh", sshArguments(transport), { stdio: ["pipe", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-MAX_STDERR);
  });
  const duplex = new SshSocket(child.stdin, child.stdout, () => child.kill());
  child.on("error", (cause) =>
    duplex.destroy(unreachable(transport, "the `ssh` program cannot be started", cause)),
  );
  child.on("exit", (code) => {
    if (code !== 0 && !duplex.destroyed) {
      duplex.destroy(unreachable(transport, stderr.trim() || `ssh ended with code ${code}`));
    }
  });
  return duplex;
}

function sshArguments({ host, port, user, socketPath }: Transport & { kind: "ssh" }): string[] {
  const far = socketPath === undefined ? [] : ["--host", shellQuote(`unix://${socketPath}`)];
  return [
    "-T",
    ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=10"],
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    "--",
    host,
    ...["docker", ...far, "system", "dial-stdio"],
  ];
}

/** ssh joins its arguments into one line for the far shell. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function unreachable({ host }: { host: string }, why: string, cause?: unknown): WarmError {
  return new WarmError("host-unreachable", `ssh to ${host}: ${why}`, {
    hint: `check that \`ssh ${host} docker version\` works without a question`,
    cause,
  });
}

/** The little of a socket's interface that node's HTTP client asks for. */
class SshSocket extends Duplex {
  readonly #input: NodeJS.WritableStream;
  readonly #output: NodeJS.ReadableStream;
  readonly #kill: () => void;

  constructor(input: NodeJS.WritableStream, output: NodeJS.ReadableStream, kill: () => void) {
    super();
    this.#input = input;
    this.#output = output;
    this.#kill = kill;
    output.on("data", (chunk) => {
      if (!this.push(chunk)) output.pause();
    });
    output.on("end", () => this.push(null));
    input.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    this.#output.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#input.write(chunk, (error) => done(error));
  }

  override _final(done: () => void): void {
    this.#input.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#kill();
    done(error);
  }

  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
