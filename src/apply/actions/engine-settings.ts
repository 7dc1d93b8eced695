import { randomBytes } from "node:crypto";
import { toHostLimits } from "../../docker/write/host-limits.js";
import type { ContainerSettings } from "../../docker/write/write-containers.js";
import { canonicalJson } from "../../model/canonical.js";
import { identityLabels, LABEL } from "../../model/labels.js";
import type { PoolResource } from "../../model/pool.js";
import type { EngineResource } from "../../model/resource.js";
import { isSecret } from "../../model/secret.js";
import { engineSpec, engineSpecHash } from "../../model/spec.js";
import type { ApplyContext } from "../apply-context.js";
import { networkId } from "./apply-network.js";
import { NO_NEW_PRIVILEGES } from "./hardening.js";
import { resolveImageId } from "./pull-image.js";

/**
 * How an engine is made. Docker never starts it again by itself: what has ended is replaced, since nobody knows what
 * it had in hand. No init process stands before it: signals and its standard input are for the engine itself.
 */
export async function engineSettings(
  engine: EngineResource,
  context: ApplyContext,
): Promise<ContainerSettings> {
  const { desired, observed, resources } = context;
  const { pool } = engine;
  const salts = new Map(Object.keys(pool.env).map((name) => [name, randomBytes(8).toString("hex")]));
  const spec = engineSpec(engine, (name) => salts.get(name) ?? "");
  const networkName = resources.get(pool.network)?.name ?? "";
  const ports = portsOf(pool).map((port) => `${port}/tcp`);
  const published = ports.map((port) => [port, [{ HostIp: "127.0.0.1", HostPort: "" }]]);
  return {
    Image: await resolveImageId(pool.image, context),
    ...(pool.command && { Cmd: [...pool.command] }),
    Env: Object.entries(pool.env).map(
      ([name, value]) => `${name}=${isSecret(value) ? value.reveal() : value}`,
    ),
    Labels: {
      ...identityLabels(desired.project, engine.address, engineSpecHash(spec)),
      [LABEL.spec]: canonicalJson(spec),
    },
    // Open for as long as the engine runs, whoever comes and goes: commands may be typed into it.
    OpenStdin: true,
    StdinOnce: false,
    ExposedPorts: Object.fromEntries(ports.map((port) => [port, {}])),
    NetworkingConfig: {
      EndpointsConfig: { [networkName]: { NetworkID: networkId(pool.network, context) } as never },
    },
    HostConfig: {
      NetworkMode: networkName,
      ...(observed.reach === "published" ? { PortBindings: Object.fromEntries(published) } : {}),
      ...toHostLimits(pool.limits),
      ...(pool.noNewPrivileges ? NO_NEW_PRIVILEGES : {}),
      // Whatever the daemon's own default is: this one can be read back, and does not grow for ever.
      LogConfig: {
        Type: "json-file",
        Config: { "max-size": String(pool.logs.maxSizeBytes), "max-file": String(pool.logs.maxFiles) },
      },
    },
  };
}

/** Those that jobs speak to, and the one that it is asked at. */
function portsOf({ ports, ready }: PoolResource): number[] {
  const asked = ready.type === "http" || ready.type === "tcp" ? [ready.port] : [];
  return [...new Set([...ports, ...asked])].sort((a, b) => a - b);
}
