import { inspectContainer } from "../../docker/observe/read-objects.js";
import { readSettings, variablesOf } from "../../docker/observe/read-settings.js";
import type { ContainerSettings } from "../../docker/write/write-containers.js";
import { toWarmError } from "../../errors.js";
import type { JobDriver } from "../../model/job.js";
import { isOwned, LABEL } from "../../model/labels.js";
import { isJobAddress, jobAddress, jobContainerName } from "../../model/names.js";
import type { DriverSite } from "./driver.js";

type RestartDriver = Extract<JobDriver, { readonly type: "restart" }>;

/**
 * Makes the container of a job on the volumes of its engine; it is not started. What an earlier job of the same engine has
 * left there, cut off before it could take it away, goes first: whoever has the engine has its name too.
 * @returns its ID
 * @throws WarmError of the docker edge; `name-conflict` when somebody else's container has the name
 */
export async function createJobContainer(driver: RestartDriver, site: DriverSite): Promise<string> {
  const { writer } = site.host();
  const settings = await settingsOf(driver, site);
  const name = jobContainerName(site.lease.container.name);
  try {
    return await writer.containers.create(name, settings);
  } catch (error) {
    if (toWarmError(error).code !== "name-conflict" || !(await removeLeftover(name, site))) throw error;
    return writer.containers.create(name, settings);
  }
}

async function settingsOf(driver: RestartDriver, site: DriverSite): Promise<ContainerSettings> {
  const engineId = site.lease.container.id;
  const settings = await readSettings(site.host().host.reader, engineId);
  const own = Object.entries(driver.env).map(([name, text]) => [name, site.fill(text)]);
  const env = { ...variablesOf(settings), ...Object.fromEntries(own) };
  return {
    ...settings,
    ...(driver.command && { Cmd: driver.command.map(site.fill) }),
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    Labels: {
      [LABEL.project]: site.project,
      [LABEL.address]: jobAddress(site.jobId),
      [LABEL.engine]: engineId,
    },
  };
}

/** @returns whether there was one of ours */
async function removeLeftover(name: string, { host, project }: DriverSite): Promise<boolean> {
  const { host: docker, writer } = host();
  const { id, labels } = await inspectContainer(docker.reader, name);
  if (!isOwned(labels, project) || !isJobAddress(labels[LABEL.address] ?? "")) return false;
  await writer.containers.remove(id);
  return true;
}
