import { spawn } from "node:child_process";
import { join } from "node:path";
import { buildImage } from "../rig/images.js";
import { pushImage } from "../rig/push-image.js";
import { type BenchHost, mainScript } from "./bench-project.js";
import { writePool } from "./engine-bench.js";
import { timeProcess } from "./measure.js";

export async function play(host: BenchHost) {
  const image = await pushImage(host.registry, "engines/engine:1", await buildImage("engine", {}));
  for (const round of [1, 2]) {
    const dir = writePool(host, "fill", image, 16, []);
    const env = { PATH: process.env.PATH, HOME: dir, DOCKER_HOST: `unix://${host.socketPath}` };
    const s = performance.now();
    const child = spawn(process.execPath, [mainScript, "apply", "--auto-approve"], {
      cwd: dir,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const say = (d: Buffer) => {
      for (const l of d.toString().split("\n"))
        if (l.trim()) console.log((performance.now() - s).toFixed(0), l);
    };
    child.stdout.on("data", say);
    child.stderr.on("data", say);
    await new Promise((r) => child.on("close", r));
    console.log("END", performance.now() - s);
    await timeProcess([mainScript, "destroy", "--auto-approve"], env, dir);
    void round;
    void join;
    const t = performance.now();
    await timeProcess(
      [new URL("./bare-engines.mjs", import.meta.url).pathname, `bare${round}`, image, "16"],
      env,
      dir,
    );
    console.log("BARE", performance.now() - t);
  }
  return [];
}
