import { findDocker } from "./bootstrap/find-docker.mjs";
import { fetchWorldgenEngine } from "./bootstrap/worldgen-packages.mjs";
import { dockerOn } from "./docker-client.js";
import { loadImage } from "./load-image.js";
import { buildWorldgenImage } from "./worldgen-image.js";

/** The reference in examples/worldgen/warm.yaml: with the image there, nothing is pulled. */
const reference = "127.0.0.1:5000/acme/world-generator:1.0.0";

const docker = await findDocker(process.env);
if (docker.kind !== "local") {
  console.error(docker.kind === "unusable" ? docker.reason : "No Docker answers here.");
  process.exit(1);
}
Object.assign(process.env, await fetchWorldgenEngine());
await loadImage(dockerOn(docker.socketPath), reference, await buildWorldgenImage());
console.log(`Docker has ${reference}`);
