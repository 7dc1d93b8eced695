import { WarmError } from "../../errors.js";
import { isOwned, LABEL, type Labels } from "../../model/labels.js";
import type { Address } from "../../model/resource.js";
import type { ApplyContext } from "../apply-context.js";
import { listContainers } from "./find-seed.js";

/** Whether labels say that a container is ours and was made as this resource. */
export function isContainerOf(address: Address, labels: Labels, { desired }: ApplyContext): boolean {
  return isOwned(labels, desired.project) && labels[LABEL.address] === address;
}

/**
 * Frees one of the names of a swap from what a killed swap of the same container left there. The plan's own removal
 * of it may run at the same time.
 * @throws WarmError `name-conflict` when somebody else has the name.
 */
export async function removeLeftover(name: string, address: Address, context: ApplyContext): Promise<void> {
  const namesakes = await listContainers(context, { name: [`^/?${name}$`] });
  const holder = namesakes.find((container) => container.name === name);
  if (holder === undefined) return;
  if (!isContainerOf(address, holder.labels, context)) {
    throw new WarmError("name-conflict", `container ${name} is not ours`, { hint: "rename or remove it" });
  }
  await context.writer.containers.remove(holder.id);
}
