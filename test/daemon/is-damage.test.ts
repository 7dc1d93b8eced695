import { expect, it } from "vitest";
import { type EventView, indexWanted, isDamage } from "../../src/daemon/triggers/is-damage.js";
import type { HostEvent } from "../../src/model/host-event.js";
import { buildDesired } from "../plan/builders.js";

const C = "container.cyan-template-a";
const desired = buildDesired();
const quiet: EventView = {
  wanted: indexWanted(desired),
  inFlight: new Set(),
  addressById: new Map([["1", C]]),
  imageIds: new Set(["sha256:1"]),
  hasConflicts: false,
};
const IMAGE = desired.resources.find(({ kind }) => kind === "image")?.name ?? "";
const ours = { "warm.project": "demo", "warm.address": C };

function event(kind: HostEvent["kind"], action: string, parts: Partial<HostEvent> = {}): HostEvent {
  return { kind, action, id: "1", attributes: {}, ...parts };
}

const EVENTS: Readonly<Record<string, HostEvent>> = {
  "ours dies": event("container", "die", { attributes: ours }),
  "ours becomes unhealthy": event("container", "health_status: unhealthy", { attributes: ours }),
  "ours becomes healthy": event("container", "health_status: healthy", { attributes: ours }),
  "another project's dies": event("container", "die", { attributes: { ...ours, "warm.project": "other" } }),
  "a stranger's dies": event("container", "die", { id: "9" }),
  "our lock goes": event("container", "destroy", { attributes: { ...ours, "warm.address": "lock.demo" } }),
  "ours leaves a network": event("network", "disconnect", { attributes: { name: "net", container: "1" } }),
  "a stranger leaves our network": event("network", "disconnect", {
    attributes: { name: "net", container: "9" },
  }),
  "our network goes": event("network", "destroy", { attributes: { name: "net" } }),
  "another network goes": event("network", "destroy", { attributes: { name: "bridge" } }),
  "our volume goes": event("volume", "destroy", { id: "cyan-a" }),
  "another volume goes": event("volume", "destroy", { id: "data" }),
  "our image goes": event("image", "untag", { id: "sha256:1" }),
  "another image goes": event("image", "delete", { id: "sha256:2" }),
  "our image's tag moves": event("image", "tag", { id: "sha256:3", attributes: { name: IMAGE } }),
  "some image is loaded": event("image", "load", { id: "sha256:3", attributes: { name: "sha256:3" } }),
  "another tag moves": event("image", "tag", { id: "sha256:3", attributes: { name: "other:1" } }),
  "somebody pulls our image": event("image", "pull", { id: IMAGE, attributes: { name: IMAGE } }),
};

function damaging(view: Partial<EventView> = {}): string[] {
  return Object.entries(EVENTS)
    .filter(([, one]) => isDamage(one, { ...quiet, ...view }))
    .map(([name]) => name);
}

it("is what happens to ours, and to no one else's", () => {
  expect(damaging()).toMatchInlineSnapshot(`
    [
      "ours dies",
      "ours becomes unhealthy",
      "our lock goes",
      "ours leaves a network",
      "our network goes",
      "our volume goes",
      "our image goes",
      "our image's tag moves",
      "some image is loaded",
      "somebody pulls our image",
    ]
  `);
});

it("is the end of any image while nothing is known of them", () => {
  expect(damaging({ imageIds: undefined })).toContain("another image goes");
});

it("is not what our own work does to what it works on", () => {
  expect(damaging({ inFlight: new Set([C, "volume.cyan-a", "network.net"]) })).toMatchInlineSnapshot(`
    [
      "our lock goes",
      "our image goes",
      "our image's tag moves",
      "some image is loaded",
      "somebody pulls our image",
    ]
  `);
});

it("is the end of a stranger's too, while one stands in our way", () => {
  expect(damaging({ hasConflicts: true })).toMatchInlineSnapshot(`
    [
      "ours dies",
      "ours becomes unhealthy",
      "another project's dies",
      "a stranger's dies",
      "our lock goes",
      "ours leaves a network",
      "our network goes",
      "another network goes",
      "our volume goes",
      "another volume goes",
      "our image goes",
      "our image's tag moves",
      "some image is loaded",
      "somebody pulls our image",
    ]
  `);
});
