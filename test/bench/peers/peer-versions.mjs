import { homedir } from "node:os";
import { join } from "node:path";

/**
 * A program that is built from a published Go module.
 * @typedef {object} GoPeer
 * @property {string} program its name, also on a PATH
 * @property {string} module
 * @property {string} version of the module: the newest of its line that was seen to work with Docker Engine 20.10 (API 1.41)
 * @property {string} main the folder of its main package
 * @property {readonly string[]} variables what its makers set when they link a release, `path=value`
 */

/** @type {GoPeer} */
export const COMPOSE = {
  program: "docker-compose",
  module: "github.com/docker/compose/v2",
  version: "v2.40.3",
  main: "./cmd",
  variables: ["github.com/docker/compose/v2/internal.Version=v2.40.3"],
};

/** @type {GoPeer} */
export const TOFU = {
  program: "tofu",
  module: "github.com/opentofu/opentofu",
  version: "v1.10.10",
  main: "./cmd/tofu",
  variables: ["github.com/opentofu/opentofu/version.dev=no"],
};

/**
 * v4.6.0 and what followed it; the module's path has no major version in it, so that Go knows it by its commit only.
 * @type {GoPeer}
 */
export const DOCKER_PROVIDER = {
  program: "terraform-provider-docker",
  module: "github.com/kreuzwerker/terraform-provider-docker",
  version: "v0.0.0-20260916201441-96d331c98ff4",
  main: ".",
  variables: [],
};

export const GO_PEERS = [COMPOSE, TOFU, DOCKER_PROVIDER];

/**
 * Where the program stands once it is built: in the user's cache, for all checkouts.
 * @param {GoPeer} peer
 * @param {NodeJS.ProcessEnv} env
 */
export function builtFile({ program, version }, env) {
  return join(cacheDir(env), `${program}-${version}`, program);
}

/** @param {NodeJS.ProcessEnv} env */
export function cacheDir(env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "warm-bench", "peers");
}
