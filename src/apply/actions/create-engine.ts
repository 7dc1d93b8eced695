import { readLastLogs } from "../../docker/observe/read-objects.js";
import type { ContainerSettings } from "../../docker/write/write-containers.js";
import { toWarmError, WarmError } from "../../errors.js";
import type { Change } from "../../model/plan.js";
import type { EngineResource } from "../../model/resource.js";
import type { ApplyContext } from "../apply-context.js";
import { waitReady } from "../health/wait-ready.js";
import { networkId } from "./apply-network.js";
import { engineSettings } from "./engine-settings.js";
import { listContainers } from "./find-seed.js";
import { isContainerOf } from "./remove-leftover.js";

/**
 * Makes an engine, starts it and waits until it is ready; who leases engines is told of each step.
 * @param change on whose behalf, as its events tell it
 * @throws WarmError with the engine's last log lines; what was made is removed again
 */
export async function createEngine(
  change: Change,
  engine: EngineResource,
  context: ApplyContext,
): Promise<void> {
  const { writer, engines, emit } = context;
  const progress = { type: "action-progress", address: change.address, action: change.action } as const;
  emit({ ...progress, phase: "creating" });
  const id = await createOnce(engine, await engineSettings(engine, context), context);
  engines.begun(id, engine.address);
  try {
    emit({ ...progress, phase: "starting" });
    await writer.containers.start(id);
    context.endTurn();
    await waitReady(id, engine, {
      host: context.host,
      writer,
      clock: context.clock,
      reach: context.observed.reach,
      networkId: networkId(engine.pool.network, context),
      cancel: context.stop.hard,
      onWaiting: (detail) => emit({ ...progress, phase: "waiting", detail }),
    });
    engines.ready(id);
  } catch (error) {
    throw await giveUp(id, toWarmError(error), engine, context);
  }
}

/** The name may be held by what a killed run made and never started: nothing has run in that, it goes. */
async function createOnce(
  engine: EngineResource,
  settings: ContainerSettings,
  context: ApplyContext,
): Promise<string> {
  const { containers } = context.writer;
  try {
    return await containers.create(engine.name, settings);
  } catch (error) {
    if (!(error instanceof WarmError) || error.code !== "name-conflict") throw error;
    const namesakes = await listContainers(context, { name: [`^/?${engine.name}$`] });
    const holder = namesakes.find(({ name }) => name === engine.name);
    if (holder !== undefined) {
      const isHalfMade = holder.state === "created" && isContainerOf(engine.address, holder.labels, context);
      if (!isHalfMade) throw error;
      await containers.remove(holder.id);
    }
    return containers.create(engine.name, settings);
  }
}

async function giveUp(
  id: string,
  failure: WarmError,
  { address }: EngineResource,
  { host, writer, engines }: ApplyContext,
): Promise<WarmError> {
  const { code, message, hint, cause } = failure;
  const logs = failure.logs.length > 0 ? failure.logs : await readLastLogs(host.reader, id);
  const told = new WarmError(code, message, { hint, cause, address, logs });
  engines.failed(id, told);
  await writer.containers.remove(id).then(
    () => engines.removed(id),
    // What stays is seen by the next plan.
    () => undefined,
  );
  return told;
}
