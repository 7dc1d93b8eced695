import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { WarmError } from "../../errors.js";
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
  // Only now all is read that it had to say: its exit code, and why.
  child.on("close", (code) => {
    if (code !== 0) duplex.destroy(unreachable(transport, stderr.trim() || `ssh ended with code ${code}`));
    else if (!duplex.hasReceived) duplex.destroy(unreachable(transport, "ssh ended before Docker answered"));
    else duplex.push(null);
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
  hasReceived = false;

  constructor(input: NodeJS.WritableStream, output: NodeJS.ReadableStream, kill: () => void) {
    super();
    this.#input = input;
    this.#output = output;
    this.#kill = kill;
    output.on("data", (chunk) => {
      this.hasReceived = true;
      if (!this.push(chunk)) output.pause();
    });
    // An ssh that does not listen any more is about to end, and then says why.
    input.on("error", () => undefined);
  }

  override _read(): void {
    this.#output.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#input.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#input.end(() => done());
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
