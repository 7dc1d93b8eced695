import type { Host } from "../connection/connect.js";
import { asRecord, asString } from "../connection/shape.js";
import { callHost, jsonCall } from "./raw-call.js";

/** Starts a command in a container and does not wait for it. */
export async function startDetached(
  host: Host,
  containerId: string,
  command: readonly string[],
): Promise<void> {
  const what = "run a command in a container";
  const created = await callHost(host, what, jsonCall(`/containers/${containerId}/exec`, { Cmd: command }));
  const id = asString(asRecord(created, "exec").Id, "exec.Id");
  await callHost(host, what, jsonCall(`/exec/${id}/start`, { Detach: true, Tty: false }));
}
