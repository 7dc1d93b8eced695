import { sha256 } from "../../../src/model/canonical.js";
import type { Observed } from "../../../src/model/observed.js";

/** Answers of a Docker daemon by path, version left out. */
export type DockerAnswers = Readonly<Record<string, unknown>>;

/** What a daemon of such a host would answer, with as much beside what warm reads as Docker 20.10 tells of each object. */
export function toDockerAnswers(observed: Observed): DockerAnswers {
  return {
    "/version": {
      ...{ Version: observed.host.version, ApiVersion: observed.host.apiVersion, MinAPIVersion: "1.12" },
      ...{ Os: observed.host.os, Arch: observed.host.arch },
    },
    "/info": { ID: observed.host.id, OperatingSystem: "Debian GNU/Linux 12", SecurityOptions: [] },
    "/images/json": observed.images.map(toImage),
    "/networks": observed.networks.map(toNetwork),
    "/volumes": { Volumes: observed.volumes.map(toVolume), Warnings: null },
    "/containers/json": observed.containers.map(toContainer),
  };
}

function toImage({ id, keys }: Observed["images"][number]) {
  return {
    ...{ Containers: -1, Created: 1_767_225_600, Id: id, Labels: null, ParentId: "" },
    ...{ RepoDigests: [`${keys[0]?.split(":1")[0]}@sha256:${sha256(id)}`], RepoTags: keys },
    ...{ SharedSize: -1, Size: 41_230_336, VirtualSize: 41_230_336 },
  };
}

function toNetwork({ id, name, driver, labels }: Observed["networks"][number]) {
  return {
    ...{
      Name: name,
      Id: sha256(id),
      Created: "2026-01-01T00:00:00.123456789Z",
      Scope: "local",
      Driver: driver,
    },
    ...{ EnableIPv6: false, IPAM: { Driver: "default", Options: {}, Config: [{ Subnet: "172.18.0.0/16" }] } },
    ...{ Internal: false, Attachable: false, Ingress: false, Containers: {}, Options: {}, Labels: labels },
  };
}

function toVolume({ name, driver, createdAt, labels }: Observed["volumes"][number]) {
  return {
    ...{ CreatedAt: createdAt, Driver: driver, Labels: labels, Name: name, Options: null, Scope: "local" },
    Mountpoint: `/var/lib/docker/volumes/${name}/_data`,
  };
}

function toContainer(container: Observed["containers"][number]) {
  const { id, name, imageId, state, createdAtMs, labels, networks, volumes } = container;
  const attached = networks.map((network) => [
    network.name,
    {
      ...{ IPAMConfig: null, Links: null, Aliases: null, NetworkID: sha256(network.id) },
      ...{ EndpointID: sha256(`${id}/${network.id}`), Gateway: "172.18.0.1", IPAddress: network.address },
      ...{ IPPrefixLen: 16, IPv6Gateway: "", GlobalIPv6Address: "", GlobalIPv6PrefixLen: 0 },
      ...{ MacAddress: "02:42:ac:12:00:02", DriverOpts: null },
    },
  ]);
  return {
    ...{ Id: sha256(id), Names: [`/${name}`], Image: imageId, ImageID: imageId, Command: "/server" },
    ...{ Created: createdAtMs / 1_000, Ports: [], Labels: labels, State: state, Status: "Up 3 hours" },
    ...{
      HostConfig: { NetworkMode: networks[0]?.name },
      NetworkSettings: Object.fromEntries([["Networks", Object.fromEntries(attached)]]),
    },
    Mounts: volumes.map((volume) => ({
      ...{ Type: "volume", Name: volume, Source: "", Destination: "/workspace/cyanprint" },
      ...{ Driver: "local", Mode: "z", RW: false, Propagation: "" },
    })),
  };
}
