import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { uncomment } from "../../config/import/found-hosts.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { planLines } from "../templates/read-plan.js";

const LABELS = { "cyanprint.dev": "true" };
const IDS = {
  whole: "0f8c1b9e-6c1f-4f57-a8a0-2f3c6f2f9b11",
  unknownBlob: "77aa1b9e-6c1f-4f57-a8a0-2f3c6f2f9c22",
  seeding: "a1b21b9e-6c1f-4f57-a8a0-2f3c6f2f9d33",
};
const tidOf = (id: string) => id.replaceAll("-", "");
const [WHOLE, UNKNOWN, SEEDING] = [tidOf(IDS.whole), tidOf(IDS.unknownBlob), tidOf(IDS.seeding)];

/** A host on which cyanprint's executor has worked: three templates, a session, and what it leaves behind. */
describe("what cyanprint has made, imported", () => {
  let sandbox: Sandbox;
  let images: { template: string; blob: string; other: string; processor: string };
  let text: string;
  let words: string;

  const make = (kind: string, image: string, settings: object = {}) =>
    sandbox.docker.createContainer({
      name: `${sandbox.prefix}-${kind}`,
      Image: image,
      Labels: LABELS,
      HostConfig: { NetworkMode: sandbox.network },
      ...settings,
    });
  const makeVolume = (name: string) =>
    sandbox.docker.createVolume({ Name: `${sandbox.prefix}-${name}`, Labels: LABELS });

  beforeAll(async () => {
    sandbox = await createSandbox();
    const [template, blob, other, processor] = await Promise.all([
      sandbox.image("template", { labels: LABELS, to: "both" }),
      sandbox.image("blob", { labels: LABELS, to: "both" }),
      sandbox.image("slow", { ms: 1, labels: LABELS, to: "both" }),
      sandbox.image("exitsAtOnce", { labels: LABELS, to: "both" }),
    ]);
    images = { template, blob, other, processor };
    await sandbox.docker.createNetwork({ Name: sandbox.network, Driver: "bridge" });
    await Promise.all([WHOLE, UNKNOWN, SEEDING, `${WHOLE}-sess1`, `${UNKNOWN}-sess2`].map(makeVolume));
    const container = await make(`template-${WHOLE}`, template, {
      Env: ["LOG_LEVEL=debug", "API_TOKEN=t0p-s3cret", "DB=postgres://me:pa55@db/x", "ODD=a: b # c\n- d"],
      HostConfig: { NetworkMode: sandbox.network, Memory: 64 * 2 ** 20 },
    });
    await Promise.all([
      container.start(),
      make(`template-${UNKNOWN}`, other),
      make(`template-${SEEDING}`, other),
      make(`volume-${SEEDING}`, blob),
      make(`processor-beef-sess1`, processor),
      make(`merger-cafe-sess1`, processor),
    ]);
    const { stdout, stderr, code } = await importInto("imported.yaml");
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: "" });
    text = readFileSync(join(sandbox.dir, "imported.yaml"), "utf8");
    // What other tests have labelled on the same Docker is counted too.
    const own = stderr.replace(/^ {2}\d+ more with the label .*\n/m, "");
    words = own.replaceAll(sandbox.id, "ID").replaceAll(sandbox.registry.host, "REGISTRY");
  });
  afterAll(() => sandbox.dispose());

  const importInto = (file: string, ...args: readonly string[]) => {
    const { project, prefix } = sandbox;
    const own = ["--project", project, "--prefix", prefix, "--from", "cyanprint"];
    return sandbox.call(["import", "--out", file, ...own, ...args]);
  };

  it("is a file of what is known, with its ids, and no secret", () => {
    const { project, prefix, network } = sandbox;
    expect(parse(text)).toEqual({
      version: 1,
      project,
      prefix,
      network,
      templates: {
        [IDS.whole]: {
          image: images.template,
          blob: images.blob,
          env: {
            API_TOKEN: { fromEnv: "API_TOKEN" },
            DB: { fromEnv: "DB" },
            LOG_LEVEL: "debug",
            ODD: "a: b # c\n- d",
          },
          resources: { memory: "64MiB" },
        },
        [IDS.seeding]: { image: images.other, blob: images.blob },
      },
      sessions: { sess1: { template: IDS.whole, processors: [images.processor] } },
    });
    expect(text).not.toMatch(/t0p-s3cret|pa55/);
    expect(text).toMatch(/^# yaml-language-server: \$schema=/);
    expect(statSync(join(sandbox.dir, "imported.yaml")).mode & 0o777).toBe(0o600);
  });

  it("has what is missing as a comment that only lacks that", () => {
    const known = uncomment(text).replace("???", images.blob);
    const { templates, sessions } = parse(known);
    expect(templates[IDS.unknownBlob]).toEqual({ image: images.other, blob: images.blob });
    expect(sessions.sess2).toEqual({ template: IDS.unknownBlob });
  });

  it("is told of: what is to be completed, what was left out, and what may be taken over", () => {
    expect(words).toMatchInlineSnapshot(`
      "Wrote imported.yaml: 2 templates, 1 session, 0 pools, for the project ID.

      To be completed by hand:
        templates.0f8c1b9e-6c1f-4f57-a8a0-2f3c6f2f9b11: \`blob\` is a guess by its name: REGISTRY/ID/blob:1
        templates.77aa1b9e-6c1f-4f57-a8a0-2f3c6f2f9c22: which image filled its volume: perhaps one of REGISTRY/ID/blob:1
        sessions.sess2: its template 77aa1b9e-6c1f-4f57-a8a0-2f3c6f2f9c22, which has to be declared first

      Left out:
        container ID-merger-cafe-sess1: no template and nothing of a session: warm does not keep it

      Set in warm's environment, which the file takes secrets from:
        API_TOKEN
        DB

      Not this project's yet, so \`warm plan\` shows conflicts. \`--adopt ADDRESS\` takes one over by making it anew:
        network.ID-net: only once ID-merger-cafe-sess1, ID-processor-beef-sess1, ID-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11, ID-template-77aa1b9e6c1f4f57a8a02f3c6f2f9c22, ID-template-a1b21b9e6c1f4f57a8a02f3c6f2f9d33 and 1 more are removed
        volume.ID-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11
        container.ID-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11
        volume.ID-a1b21b9e6c1f4f57a8a02f3c6f2f9d33: only once ID-volume-a1b21b9e6c1f4f57a8a02f3c6f2f9d33 is removed
        container.ID-template-a1b21b9e6c1f4f57a8a02f3c6f2f9d33
        volume.ID-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11-sess1: empties it: what session sess1 has written is lost

      Next: \`warm validate\`, then \`warm plan\`. Nothing on the host has changed.
      "
    `);
  });

  it("is valid where the secrets are set, and plans conflicts for what it may take over, and nothing else", async () => {
    sandbox.writeConfig(text);
    const env = { API_TOKEN: "1", DB: "2" };
    const unset = await sandbox.call(["validate"]);
    expect(unset.code).toBe(3);
    expect(await sandbox.call(["validate"], { env })).toMatchObject({ code: 0 });
    sandbox.writeConfig(text.replace("{ fromEnv: API_TOKEN }", "x").replace("{ fromEnv: DB }", "y"));
    const { prefix, network } = sandbox;
    expect(await planLines(sandbox)).toEqual([
      `conflict network.${network} conflict-name`,
      `conflict volume.${prefix}-${WHOLE} conflict-name`,
      `conflict volume.${prefix}-${WHOLE}-sess1 conflict-name`,
      `conflict volume.${prefix}-${SEEDING} conflict-name`,
      `conflict container.${prefix}-template-${WHOLE} conflict-name`,
      `conflict container.${prefix}-template-${SEEDING} conflict-name`,
    ]);
  });

  it("is never written over a file, unless that is asked for", async () => {
    const before = readFileSync(join(sandbox.dir, "imported.yaml"), "utf8");
    expect(await importInto("imported.yaml")).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("imported.yaml is there already"),
    });
    sandbox.writeConfig("mine: true\n", "mine.yaml");
    expect((await importInto("mine.yaml")).code).toBe(64);
    expect(readFileSync(join(sandbox.dir, "mine.yaml"), "utf8")).toBe("mine: true\n");
    expect((await importInto("mine.yaml", "--force")).code).toBe(0);
    expect(readFileSync(join(sandbox.dir, "mine.yaml"), "utf8")).toBe(before);
    expect((await importInto("no/folder/x.yaml")).code).toBe(64);
    expect(existsSync(join(sandbox.dir, "no"))).toBe(false);
  });

  it("is taken over as the file says, once nobody else is in the way", async () => {
    const { docker, prefix, network } = sandbox;
    sandbox.writeConfig(text.replace("{ fromEnv: API_TOKEN }", "x").replace("{ fromEnv: DB }", "y"));
    const containers = ["template-", "volume-", "processor-", "merger-"];
    const all = await docker.listContainers({ all: true });
    const theirs = all.filter(({ Names }) =>
      containers.some((kind) => Names[0]?.startsWith(`/${prefix}-${kind}`)),
    );
    await Promise.all(theirs.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
    const told = [`network.${network}`, `volume.${prefix}-${WHOLE}`, `volume.${prefix}-${SEEDING}`];
    const adopt = told.flatMap((address) => ["--adopt", address]);
    const { stdout, stderr } = await sandbox.call(["apply", "--auto-approve", ...adopt]);
    expect(stdout + stderr).toContain("Applied: 5 done, 1 failed.");
    // What the session has written is nobody's to empty.
    expect(await planLines(sandbox)).toEqual([`conflict volume.${prefix}-${WHOLE}-sess1 conflict-name`]);
  });
});
