import type { Downtime, Forecast } from "../../model/forecast.js";
import { makeVisible } from "../text/make-visible.js";
import { formatCount, formatDurationMs, formatTransfer } from "../text/units.js";

/** More of the free disk than this is worth a warning. */
const TIGHT = 0.8;

/** What a plan would cost and risk, a sentence without a full stop for each; none where there is nothing to say. */
export function describeForecast(forecast: Forecast | undefined): string[] {
  if (forecast === undefined) return [];
  const { downtime, dataLoss, loopbackPorts } = forecast;
  return [
    ...describePulls(forecast),
    ...describeDisk(forecast),
    ...downtime.flatMap(describeDowntime),
    ...dataLoss.map((address) => `${makeVisible(address)} is lost with all that is in it`),
    ...(loopbackPorts === 0
      ? []
      : [`${formatCount(loopbackPorts, "port")} on 127.0.0.1, which Docker chooses`]),
  ];
}

function describePulls({ pulls, disk }: Forecast): string[] {
  const known = pulls.filter(({ bytes }) => bytes !== undefined);
  if (known.length === 0) return [];
  const sum = (key: "bytes" | "newBytes") => known.reduce((total, pull) => total + (pull[key] ?? 0), 0);
  const [bytes, newBytes] = [sum("bytes"), sum("newBytes")];
  const ofIt = newBytes === bytes ? "" : `, ${formatTransfer(newBytes)} of it new to the host`;
  const unknown = pulls.length - known.length;
  const beside = unknown === 0 ? "" : `, and ${formatCount(unknown, "image")} whose size nobody told`;
  const free = disk === undefined ? "" : ` (${formatFree(disk.freeBytes)} free at ${makeVisible(disk.path)})`;
  return [`pulls ${formatTransfer(bytes)}${ofIt}${beside}${free}`];
}

function describeDisk({ disk }: Forecast): string[] {
  if (disk === undefined || disk.neededBytes <= TIGHT * disk.freeBytes) return [];
  return [`the disk may be too small: some ${formatFree(disk.neededBytes)} will be needed`];
}

const formatFree = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

function describeDowntime({ address, cause, atMostMs }: Downtime): string[] {
  const name = makeVisible(address);
  const most = atMostMs === undefined ? "" : ` at most ${formatDurationMs(atMostMs)}`;
  switch (cause) {
    case "seeded-anew":
      return [`${name} does not serve while its volume is filled, and then${most} until it is healthy`];
    case "same-slot":
      return [`${name} goes first, and is missing for${most} until its successor is ready`];
    case "removed":
      // The line of its deletion says it.
      return [];
    default:
      return cause satisfies never;
  }
}
