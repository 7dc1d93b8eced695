import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCKER_PROVIDER } from "./peer-versions.mjs";

/**
 * What every tool is asked for: one bridge network, and on it a container for each value, all from one image that is there
 * already, each with two environment variables, a limit on memory, logs that are cut and no new privileges: what warm gives to
 * engines by itself is asked of the others too. tofu's provider has no limit on processes, so that one only the composes
 * set; warm has no labels of a user's. No health check, port or volume. The project's name is the same for all; how they name
 * the containers is theirs, but it begins with that.
 */
export interface Fleet {
  readonly project: string;
  readonly image: string;
  /** The variable VALUE of each container. */
  readonly values: readonly string[];
}

const MEMORY_MIB = 64;

/** The file that says so to one tool, in a folder of its own. */
export type WriteFleet = (dir: string, fleet: Fleet) => void;

export function unitName(index: number): string {
  return `c${String(index + 1).padStart(3, "0")}`;
}

/**
 * A pool of one engine for each, since its settings are its own; templates would have volumes that nobody else makes. An engine
 * must say how it shows that it is ready: so warm alone reads the first log line of each.
 */
export const writeWarm: WriteFleet = (dir, { project, image, values }) => {
  const engines = values.map(
    (value, index) =>
      `  ${unitName(index)}:
    image: ${image}
    env: { UNIT: ${unitName(index)}, VALUE: ${value} }
    resources: { memory: ${MEMORY_MIB}MiB }
    ready: { log: up }
`,
  );
  const head = `version: 1\nproject: ${project}\nprefix: ${project}\nnetwork: ${project}\n`;
  write(dir, "warm.yaml", `${head}engines:\n${engines.join("")}`);
};

/** The same file for both composes: without a `version`, which the older one then reads by the newer rules too. */
export const writeCompose: WriteFleet = (dir, { project, image, values }) => {
  const services = values.map(
    (value, index) =>
      `  ${unitName(index)}:
    image: ${image}
    environment: { UNIT: ${unitName(index)}, VALUE: ${value} }
    labels: { bench: ${project} }
    mem_limit: ${MEMORY_MIB}m
    memswap_limit: ${MEMORY_MIB}m
    pids_limit: 1024
    security_opt: ["no-new-privileges"]
    logging: { driver: json-file, options: { max-file: "3", max-size: "10m" } }
`,
  );
  const network = `networks:\n  default: { name: ${project} }\n`;
  write(dir, "docker-compose.yml", `services:\n${services.join("")}${network}`);
};

/** As its documentation has it: the image and the network are resources too, and the image is kept when it is destroyed. */
export const writeTofu: WriteFleet = (dir, { project, image, values }) => {
  const entries = values.map((value, index) => `    ${unitName(index)} = "${value}"\n`);
  const version = DOCKER_PROVIDER.version.replace(/^v/, "");
  write(
    dir,
    "main.tf",
    `terraform {
  required_providers {
    docker = { source = "kreuzwerker/docker", version = "${version}" }
  }
}
provider "docker" {}
locals {
  values = {
${entries.join("")}  }
}
resource "docker_network" "fleet" {
  name = "${project}"
}
resource "docker_image" "idle" {
  name         = "${image}"
  keep_locally = true
}
resource "docker_container" "unit" {
  for_each = local.values
  name     = "${project}-\${each.key}"
  image    = docker_image.idle.image_id
  env      = ["UNIT=\${each.key}", "VALUE=\${each.value}"]
  memory        = ${MEMORY_MIB}
  memory_swap   = ${MEMORY_MIB}
  security_opts = ["no-new-privileges"]
  log_driver    = "json-file"
  log_opts      = { max-file = "3", max-size = "10m" }
  labels {
    label = "bench"
    value = "${project}"
  }
  networks_advanced {
    name = docker_network.fleet.name
  }
}
`,
  );
};

function write(dir: string, file: string, text: string): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, file), text);
}
