// @ts-nocheck: plain JavaScript, so that nothing but node and dockerode is loaded.
// The reference of the job bench, with plain Docker calls: a container for each job, and an engine's own time. Reads one
// request a line, as JSON, and answers each on a line: its milliseconds, and those of its steps.
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import Docker from "dockerode";

const docker = new Docker({ socketPath: (process.env.DOCKER_HOST ?? "").slice("unix://".length) });
/** Engines that are told one line after the other, by name. */
const kept = new Map();
/** Containers that are there. */
const made = new Set();
/** Nothing here takes so long. */
const PATIENCE_MS = 60_000;

/** What is said on a stream of a container, as text, and a way to wait for a part of it. */
function listen(stream) {
  const both = new PassThrough().setEncoding("utf8");
  docker.modem.demuxStream(stream, both, both);
  const ear = { text: "", wake: () => {} };
  both.on("data", (text) => {
    ear.text += text;
    ear.wake();
  });
  ear.until = (wanted) =>
    new Promise((resolve, reject) => {
      const giveUp = () => reject(new Error(`never said ${wanted}, but: ${ear.text.slice(-500)}`));
      const timer = setTimeout(giveUp, PATIENCE_MS);
      ear.wake = () => {
        if (!ear.text.includes(wanted)) return;
        clearTimeout(timer);
        resolve();
      };
      ear.wake();
    });
  return ear;
}

async function remove(container) {
  await container.remove({ force: true, v: true });
  made.delete(container);
}

async function start({ name, image, network, env = [] }) {
  const container = await docker.createContainer({
    name,
    Image: image,
    Env: env,
    OpenStdin: true,
    HostConfig: { NetworkMode: network, Memory: 256 * 2 ** 20, MemorySwap: 256 * 2 ** 20 },
  });
  made.add(container);
  const stream = await container.attach({
    ...{ stream: true, stdin: true, stdout: true, stderr: true, hijack: true },
  });
  const ear = listen(stream);
  await container.start();
  return { container, stream, ear };
}

const works = {
  /** Start, wait until it is ready, tell it where it is told, wait until it is done, take the files out, stop. */
  async startPerJob({ ready, line, done, outputs, to, ...settings }) {
    const startedAt = performance.now();
    const { container, stream, ear } = await start(settings);
    const runsAt = performance.now();
    if (line !== undefined) {
      await ear.until(ready);
      stream.write(`${line}\n`);
    }
    await ear.until(done);
    const doneAt = performance.now();
    for (const [index, path] of outputs.entries())
      await pipeline(await container.getArchive({ path }), createWriteStream(`${to}-${index}.tar`));
    const takenAt = performance.now();
    await container.stop({ t: 10 });
    const endedAt = performance.now();
    await remove(container);
    return {
      ms: endedAt - startedAt,
      steps: {
        start: runsAt - startedAt,
        work: doneAt - runsAt,
        take: takenAt - doneAt,
        stop: endedAt - takenAt,
      },
    };
  },

  /** An engine that is kept, and spoken to on its console, or on the input of a shell in it. */
  async keep({ name, ready, shell, ...settings }) {
    const startedAt = performance.now();
    const { container, stream, ear } = await start({ name, ...settings });
    await ear.until(ready);
    const engine = { stream, ear };
    if (shell) {
      const exec = await container.exec({
        ...{ Cmd: ["sh"], AttachStdin: true, AttachStdout: true, AttachStderr: true },
      });
      engine.stream = await exec.start({ hijack: true, stdin: true });
      engine.ear = listen(engine.stream);
    }
    kept.set(name, engine);
    return { ms: performance.now() - startedAt };
  },

  /** From the line to the word that all is done. */
  async tell({ name, line, done }) {
    const { stream, ear } = kept.get(name);
    ear.text = "";
    const startedAt = performance.now();
    stream.write(`${line}\n`);
    await ear.until(done);
    return { ms: performance.now() - startedAt };
  },
};

try {
  for await (const line of createInterface({ input: process.stdin })) {
    const { work, ...request } = JSON.parse(line);
    process.stdout.write(`${JSON.stringify(await works[work](request))}\n`);
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
await Promise.all([...made].map(remove));
process.exit();
