import { readlinkSync } from "node:fs";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { projectYaml } from "./template-project.js";

/** What a program sees of its own rights: the kernel's words, and what becomes of an attempt. */
const PROBE = `
sed -n 's/^\\(CapEff\\|CapBnd\\|NoNewPrivs\\|Seccomp\\):[[:space:]]*/\\1 /p' /proc/self/status
for name in pids.max pids/pids.max; do if [ -r /sys/fs/cgroup/$name ]; then echo "pids $(cat /sys/fs/cgroup/$name)"; fi; done
for name in memory.max memory/memory.limit_in_bytes; do if [ -r /sys/fs/cgroup/$name ]; then echo "memory $(cat /sys/fs/cgroup/$name)"; fi; done
for name in pid ipc uts mnt net; do echo "ns-$name $(readlink /proc/self/ns/$name)"; done
echo "interfaces" $(ls /sys/class/net)
echo "docker" $(ls /var/run/docker.sock /run/docker.sock 2>/dev/null)
echo "device $(mknod /dev/probe b 7 0 2>&1 && echo made)"
echo "connect $(nc -w 2 192.0.2.1 80 </dev/null 2>&1)"
echo "write $(touch /workspace/cyanprint/mine 2>&1 && echo made)"
echo "kernel $( (echo 1 > /proc/sys/kernel/domainname && echo written) 2>&1)"
`;

type Seen = Readonly<Record<string, string>>;

/** Bits of linux/capability.h. */
const CAPABILITY = {
  NET_BIND_SERVICE: 10,
  NET_RAW: 13,
  SYS_CHROOT: 18,
  SYS_ADMIN: 21,
  MKNOD: 27,
  AUDIT_WRITE: 29,
};
const has = (seen: Seen, name: keyof typeof CAPABILITY) =>
  ((BigInt(`0x${seen.CapBnd}`) >> BigInt(CAPABILITY[name])) & 1n) === 1n;

let sandbox: Sandbox;
const seen: Record<"seeder" | "template" | "engine" | "open", Seen> = {
  seeder: {},
  template: {},
  engine: {},
  open: {},
};

beforeAll(async () => {
  sandbox = await createSandbox();
  const id = sandbox.templateId();
  const tid = id.replaceAll("-", "");
  const [image, blob, engine] = await Promise.all([
    sandbox.image("template"),
    sandbox.image("blob", { probe: PROBE }),
    sandbox.image("engine"),
  ]);
  const ready = 'ready: { log: "Game server connected", timeout: 20s }';
  const lines = ["resources: { memory: 64MiB, pids: 64 }"];
  sandbox.writeConfig(
    `${projectYaml(sandbox, { [id]: { image, blob, lines } }).trimEnd()}
engines:
  game: { image: ${engine}, size: 1, ${ready}, resources: { memory: 96MiB } }
  open: { image: ${engine}, size: 1, ${ready}, resources: { memory: 96MiB }, security: { noNewPrivileges: false } }
`,
  );
  const { code, stderr } = await sandbox.call(["apply", "--auto-approve"]);
  expect(code, stderr).toBe(0);
  seen.template = parse(await run(`${sandbox.prefix}-template-${tid}`, PROBE));
  seen.seeder = parse(await run(`${sandbox.prefix}-template-${tid}`, "cat /workspace/cyanprint/probed"));
  seen.engine = parse(await run(`${sandbox.prefix}-engine-game-1`, PROBE));
  seen.open = parse(await run(`${sandbox.prefix}-engine-open-1`, PROBE));
});
afterAll(() => sandbox?.dispose());

async function run(container: string, script: string): Promise<string> {
  const exec = await sandbox.docker
    .getContainer(container)
    .exec({ Cmd: ["sh", "-c", script], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const output = new PassThrough();
  sandbox.docker.modem.demuxStream(stream, output, output);
  stream.on("end", () => output.end());
  return text(output);
}

const parse = (output: string): Seen =>
  Object.fromEntries(
    output.split("\n").map((line) => [line.split(" ")[0], line.split(" ").slice(1).join(" ")]),
  );

describe("from inside of what warm makes", () => {
  it.each(["seeder", "template", "engine"] as const)(
    "the %s gains no privileges, and its system calls are filtered",
    (kind) => {
      expect(seen[kind]).toMatchObject({ NoNewPrivs: "1", Seccomp: "2" });
      expect(has(seen[kind], "SYS_ADMIN")).toBe(false);
      expect(seen[kind].kernel).toMatch(/read-only/i);
    },
  );

  it.each(["seeder", "template", "engine"] as const)(
    "the %s has namespaces of its own, and no Docker",
    (kind) => {
      for (const name of ["pid", "ipc", "uts", "mnt", "net"])
        expect(seen[kind][`ns-${name}`]).not.toBe(readlinkSync(`/proc/self/ns/${name}`));
      expect(seen[kind].docker).toBe("");
    },
  );

  it("a seeder has no network, makes no device, and starts only so many programs", () => {
    expect(seen.seeder.interfaces).toBe("lo");
    expect(seen.seeder.connect).toMatch(/unreachable/i);
    expect(seen.seeder.device).toMatch(/not permitted/i);
    expect(seen.seeder.pids).toBe("1024");
    for (const name of ["MKNOD", "NET_RAW", "NET_BIND_SERVICE", "SYS_CHROOT", "AUDIT_WRITE"] as const)
      expect(has(seen.seeder, name), name).toBe(false);
    expect(seen.seeder.write).toBe("made");
  });

  it("a template sees its volume read-only, and the limits of the file", () => {
    expect(seen.template.write).toMatch(/read-only/i);
    expect(seen.template).toMatchObject({ pids: "64", memory: String(64 * 2 ** 20) });
  });

  it("an engine has limits without a word of them in the file", () => {
    expect(seen.engine).toMatchObject({ pids: "1024", memory: String(96 * 2 ** 20) });
  });

  it("an engine that the file allows to gain privileges may", () => {
    expect(seen.open.NoNewPrivs).toBe("0");
  });
});
