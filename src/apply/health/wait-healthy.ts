import { type ContainerFacts, inspectContainer, readLastLogs } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import type { ContainerResource } from "../../model/resource.js";
import { networkId } from "../actions/apply-network.js";
import { type ApplyContext, actionOn } from "../apply-context.js";
import { findTarget } from "./find-target.js";
import { type ProbeResult, probeHttp, probeTcp } from "./probe.js";

/** The first tries come quickly: a small server is up long before the first interval is over. */
const FIRST_PAUSE_MS = 25;
/** What a wait overshoots by is a part of the last pause, so pauses grow slowly. */
const PAUSE_GROWTH = 1.3;
/** How long one try may take. The interval is a pause between tries and says nothing about slow answers. */
const TRY_MS = 5000;
/** The last try begins at the deadline and gets this long. */
const LAST_TRY_MS = 250;

/**
 * Asks a container until it is healthy (design, protocol "health"). One that exits ends the wait at once.
 * @throws WarmError `unhealthy` with the last answer, the exit code and the last log lines.
 */
export async function waitHealthy(
  id: string,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<void> {
  const { clock, emit, stop, endTurn } = context;
  const { health, address } = resource;
  const action = actionOn(address, context);
  endTurn();
  const deadline = clock.now() + health.timeoutMs;
  let pauseMs = FIRST_PAUSE_MS;
  let isTold = false;
  for (;;) {
    const facts = await inspectContainer(context.host.reader, id);
    if (!facts.isRunning) throw await exited(facts, resource, context);
    const tryMs = Math.max(LAST_TRY_MS, Math.min(TRY_MS, deadline - clock.now()));
    const result = await probe(facts, resource, tryMs, context);
    if (result.isHealthy) return;
    if (result.isHopeless) throw hopeless(result, resource);
    if (stop.hard.aborted)
      throw new WarmError("interrupted", `${address}: interrupted while waiting for its health`);
    const leftMs = deadline - clock.now();
    if (leftMs <= 0) throw await tooLate(facts, result, resource, context);
    if (!isTold) emit({ type: "action-progress", address, action, phase: "waiting", detail: result.answer });
    isTold = true;
    await clock.sleep(Math.min(pauseMs, leftMs), stop.hard);
    pauseMs = Math.min(pauseMs * PAUSE_GROWTH, health.intervalMs);
  }
}

/** One try, by whatever means the resource asks for. */
async function probe(
  facts: ContainerFacts,
  resource: ContainerResource,
  tryMs: number,
  context: ApplyContext,
): Promise<ProbeResult> {
  const { health } = resource;
  switch (health.type) {
    case "healthcheck":
      return readHealthcheck(facts.health);
    case "exec": {
      const code = await context.writer.containers.exec(facts.id, health.command, tryMs).catch(() => -1);
      return {
        isHealthy: code === 0,
        answer: code === -1 ? "the command could not be run" : `exit code ${code}`,
      };
    }
    default: {
      const { reach } = context.observed;
      const network = reach === "address" ? networkId(resource.network, context) : undefined;
      const target = findTarget(facts, resource.port, { reach, networkId: network });
      if (target === undefined) return noWay(resource, context);
      const limits = { timeoutMs: tryMs, cancel: context.stop.hard };
      return health.type === "tcp" ? probeTcp(target, limits) : probeHttp(target, health.path, limits);
    }
  }
}

function readHealthcheck(health = "none"): ProbeResult {
  if (health === "none")
    return { isHealthy: false, isHopeless: true, answer: "the image has no HEALTHCHECK" };
  return { isHealthy: health === "healthy", answer: `Docker says ${health}` };
}

/** On another machine no later try finds one. */
function noWay({ port }: ContainerResource, { observed }: ApplyContext): ProbeResult {
  const isHopeless = observed.reach === "none";
  return { isHealthy: false, isHopeless, answer: `no way to its port ${port} from here` };
}

async function exited(
  facts: ContainerFacts,
  resource: ContainerResource,
  { host }: ApplyContext,
): Promise<WarmError> {
  const why = facts.isOutOfMemory
    ? "was killed for lack of memory"
    : `ended with exit code ${facts.exitCode}`;
  const detail = facts.error === "" ? "" : ` (${facts.error})`;
  return new WarmError("unhealthy", `${resource.name} ${why} before it was healthy${detail}`, {
    hint: facts.isOutOfMemory ? "raise `resources.memory`" : "the last log lines say more",
    address: resource.address,
    logs: await readLastLogs(host.reader, facts.id),
  });
}

function hopeless({ answer }: ProbeResult, { name, address, health }: ContainerResource): WarmError {
  return new WarmError("unhealthy", `${name} can never be healthy: ${answer}`, {
    hint:
      health.type === "healthcheck"
        ? "ask it in another way: `health: { path: / }`, `{ tcp: true }` or `{ exec: [...] }`"
        : "from another machine, or a container without `network_mode: host`, ask with `health: { exec: … }` or `{ healthcheck: true }`",
    address,
  });
}

async function tooLate(
  facts: ContainerFacts,
  { answer }: ProbeResult,
  resource: ContainerResource,
  { host }: ApplyContext,
): Promise<WarmError> {
  const seconds = Math.round(resource.health.timeoutMs / 1000);
  const { health, port } = resource;
  const asked =
    health.type === "http"
      ? `GET :${port}${health.path}`
      : health.type === "tcp"
        ? `port ${port}`
        : health.type;
  return new WarmError(
    "unhealthy",
    `${resource.name} is not healthy after ${seconds} s: ${asked}: ${answer}`,
    {
      hint: "`health.timeout` sets how long to wait; the last log lines may say more",
      address: resource.address,
      logs: await readLastLogs(host.reader, facts.id),
    },
  );
}
