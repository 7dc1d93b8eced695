import type { ContainerSettings } from "../../docker/write/write-containers.js";

type HostConfig = NonNullable<ContainerSettings["HostConfig"]>;

/** No program in it becomes more than what it was started as, whatever bits its file has. */
export const NO_NEW_PRIVILEGES = { SecurityOpt: ["no-new-privileges"] } satisfies HostConfig;

/**
 * A seeder unpacks files, sets their owners and modes, and nothing else: it makes no devices in a volume that others mount,
 * has no sockets, and starts no more programs than an unpacker has use for. How much it may write is the disk's to say.
 */
export const SEEDER_HARDENING = {
  ...NO_NEW_PRIVILEGES,
  NetworkMode: "none",
  CapDrop: ["AUDIT_WRITE", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW", "SETPCAP", "SYS_CHROOT"],
  PidsLimit: 1024,
} satisfies HostConfig;
