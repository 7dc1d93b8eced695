import Docker from "dockerode";

/**
 * A client on one unix socket and nothing else. The explicit `undefined`s keep DOCKER_HOST of the environment from
 * taking over, which docker-modem lets win against a given socket path.
 */
export function dockerOn(socketPath: string): Docker {
  const options = { socketPath, protocol: "http" as const, host: undefined, port: undefined };
  return new Docker(options as Docker.DockerOptions);
}
