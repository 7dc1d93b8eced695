import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Image, makeImage, makeLayer, sha256 } from "../../rig/image.js";
import { buildImage } from "../../rig/images.js";
import { pushImage } from "../../rig/push-image.js";
import { type Registry, registryLogin, startRegistry } from "../../rig/registry.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, expectWarm, ownedNames } from "../seeding/seeded-template.js";
import { applyThrough, isStep } from "../templates/proxied-apply.js";
import { projectYaml, writeTemplateProject } from "../templates/template-project.js";

/** Applies just the images and gives back all that was printed. */
async function pullOnly(sandbox: Sandbox, images: readonly string[], env: Record<string, string> = {}) {
  const templates = images.map((image, n) => [sandbox.templateId(`t${n}`), { image, blob: images[0] ?? "" }]);
  sandbox.writeConfig(projectYaml(sandbox, Object.fromEntries(templates), ["pull: { retries: 0 }"]));
  const targets = [...new Set(images)].flatMap((image) => ["--target", `image.${image}`]);
  const args = ["apply", "--auto-approve", ...targets];
  return sandbox.call([...args, "--json"], { env });
}

describe("a pull", () => {
  it("takes a tag, a digest, both, and an image without labels, user or tag in its config", async () => {
    await using sandbox = await createSandbox();
    const layer = await makeLayer([{ path: "file", content: sandbox.id }]);
    const bare = makeImage([layer], { Cmd: [] }, { salt: sandbox.id });
    const [tagged, other] = (await Promise.all(
      ["1", "2"].map((version) => buildImage("neverHealthy", { version, salt: sandbox.id })),
    )) as [Image, Image];
    const at = (path: string) => `${sandbox.registry.host}/${sandbox.id}/${path}`;
    const digests = await Promise.all(
      [tagged, other].map((image, n) => pushAndAskDigest(sandbox, `refs:${n}`, image)),
    );
    await pushImage(sandbox.registry, `${sandbox.id}/bare:1`, bare);
    // Of a tag and a digest that disagree, the digest decides.
    const images = [at("refs:0"), at(`refs@${digests[1]}`), at(`refs:0@${digests[1]}`), at("bare:1")];
    const { code, stdout } = await pullOnly(sandbox, images);
    expect(code, stdout).toBe(0);
    const ids = await Promise.all(
      images.map(async (image) => {
        const name = image.replace(/:0@/, "@");
        return (await sandbox.docker.getImage(name).inspect()).Id;
      }),
    );
    expect(ids).toEqual([tagged.id, other.id, other.id, bare.id]);
    expect((await sandbox.call(["plan"])).stdout).not.toMatch(/^ {2}\S image\./m);
  });

  it("logs in as the docker command would, from its file and its helpers", async () => {
    await using sandbox = await createSandbox();
    const registries = await Promise.all([1, 2, 3].map(() => startRegistry({ withLogin: true })));
    try {
      const image = await buildImage("neverHealthy", { salt: sandbox.id });
      const images = await Promise.all(
        registries.map((registry) => pushImage(registry, `${sandbox.id}/own:1`, image)),
      );
      const env = logIn(sandbox, registries as [Registry, Registry, Registry]);
      const { code, stdout, stderr } = await pullOnly(sandbox, images, env);
      expect(code, stdout + stderr).toBe(0);
      expect(stdout + stderr).not.toContain(registryLogin.password);
    } finally {
      await Promise.all(registries.map((registry) => registry.stop()));
    }
  });
});

describe("a pull that fails", () => {
  let sandbox: Sandbox;
  beforeAll(async () => (sandbox = await createSandbox()));
  afterAll(() => sandbox.dispose());

  it("makes apply exit 6 with everything independent done, and the next apply finishes", async () => {
    const image = await sandbox.image("template");
    const [blob, late] = await Promise.all(["1", "late"].map((tag) => sandbox.image("blob", { tag })));
    const head = ["pull: { retries: 0 }"];
    const good = await writeTemplateProject(sandbox, { image, blob, id: sandbox.templateId("good") });
    const bad = await writeTemplateProject(sandbox, { image, blob: late, id: sandbox.templateId("bad") });
    const templates = { [good.id]: { image, blob: good.blob }, [bad.id]: { image, blob: bad.blob } };
    sandbox.writeConfig(projectYaml(sandbox, templates, head));
    const { code, stdout, stderr } = await applyThrough(sandbox, (proxy) =>
      proxy.fault({
        match: isStep({ method: "POST", path: /\/images\/create$/, query: "tag=late" }),
        action: { kind: "refuse" },
      }),
    );
    expect(code, stderr).toBe(6);
    expect(stdout).toContain("Applied: 5 done, 1 failed, 2 skipped.");
    expect(stderr).toContain(`volume.${bad.volume}: skipped: image.${bad.blob} is not in place`);
    expect(await ownedNames(sandbox)).toEqual([good.container, good.volume].sort());

    const second = await apply(sandbox);
    expect(second).toContain("Applied: 3 done.");
    await expectWarm(sandbox, good, bad);
  });
});

async function pushAndAskDigest({ registry, id }: Sandbox, path: string, image: Image): Promise<string> {
  const [repository, tag] = path.split(":");
  await pushImage(registry, `${id}/${path}`, image);
  const accept = "application/vnd.docker.distribution.manifest.v2+json";
  const answer = await fetch(`http://${registry.host}/v2/${id}/${repository}/manifests/${tag}`, {
    headers: { accept },
  });
  return sha256(Buffer.from(await answer.arrayBuffer()));
}

/** One registry in the file itself, one with a helper of its own, one in the store of all the rest. */
function logIn({ dir }: Sandbox, [inFile, withHelper, inStore]: [Registry, Registry, Registry]) {
  const { username, password } = registryLogin;
  const bin = join(dir, "bin");
  mkdirSync(bin);
  const writeHelper = (name: string, { host }: Registry) => {
    const answer = JSON.stringify({ ServerURL: host, Username: username, Secret: password });
    const script = `#!/bin/sh
read server
if [ "$1 $server" = "get ${host}" ]; then echo '${answer}'; exit 0; fi
echo "credentials not found in native keychain"; exit 1
`;
    writeFileSync(join(bin, `docker-credential-${name}`), script);
    chmodSync(join(bin, `docker-credential-${name}`), 0o755);
  };
  writeHelper("own", withHelper);
  writeHelper("store", inStore);
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const config = {
    auths: { [inFile.host]: { auth }, [inStore.host]: {} },
    credHelpers: { [withHelper.host]: "own" },
    credsStore: "store",
  };
  writeFileSync(join(dir, "config.json"), JSON.stringify(config));
  return { DOCKER_CONFIG: dir, PATH: `${bin}:${process.env.PATH}` };
}
