import { expect, it } from "vitest";
import { narrowReach } from "../../src/docker/observe/narrow-reach.js";
import type { Observed } from "../../src/model/observed.js";
import { buildDesired, buildForeignContainer } from "../plan/builders.js";

const ID = "0123456789abcdef".repeat(4);
const MOUNTS = `1188 1160 8:1 /var/lib/docker/containers/${ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw
1189 1160 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw`;

const desired = buildDesired();
const network = desired.resources.find(({ kind }) => kind === "network")?.name ?? "";

const on = (...names: string[]): Observed["containers"] => [
  buildForeignContainer({
    id: ID,
    networks: names.map((name) => ({ name, id: name, address: "172.18.0.2" })),
  }),
];

it.each([
  ["outside of any container", "address", on("bridge"), "", "address"],
  ["in a container of another daemon", "address", [], MOUNTS, "address"],
  ["in a container on the machine's network", "address", on("host"), MOUNTS, "address"],
  ["in a container on the machine's network", "published", on("host"), MOUNTS, "published"],
  ["in a container on the project's network", "published", on("bridge", network), MOUNTS, "address"],
  ["in a container on another network", "address", on("bridge"), MOUNTS, "none"],
  ["in a container without a network", "published", on(), MOUNTS, "none"],
  ["in a container, of a host far away", "none", on(network), MOUNTS, "none"],
] as const)("%s what is reached by %s is reached as it can be", (_, reach, containers, mounts, expected) => {
  expect(narrowReach(reach, desired, containers, mounts)).toBe(expected);
});
