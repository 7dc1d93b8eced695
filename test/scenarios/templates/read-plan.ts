import { expect } from "vitest";
import type { Change } from "../../../src/model/plan.js";
import type { PlanDocument } from "../../../src/model/plan-document.js";
import type { Sandbox } from "../../rig/sandbox.js";

/** What `warm plan --format json` says, with these arguments. */
export async function planJson(sandbox: Sandbox, ...args: readonly string[]): Promise<PlanDocument> {
  const { code, stdout, stderr } = await sandbox.call(["plan", "--format", "json", ...args]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** The changes of a plan as short lines, `replace container.x image-moved`, in its order. */
export async function planLines(sandbox: Sandbox, ...args: readonly string[]): Promise<string[]> {
  return (await planJson(sandbox, ...args)).changes.map(describeChange);
}

export function describeChange({ action, address, reasons }: Change): string {
  return `${action} ${address} ${reasons.join(" ")}`;
}

/** Nothing is left to do. */
export async function expectNoChanges(sandbox: Sandbox): Promise<void> {
  expect(await planLines(sandbox)).toEqual([]);
}
