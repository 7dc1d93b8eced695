import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { applyHeldAt } from "../scenarios/templates/proxied-apply.js";
import { type TemplateProject, writeTemplateProject } from "../scenarios/templates/template-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  writeFileSync(join(sandbox.dir, "token"), "hunter2");
  project = await writeTemplateProject(sandbox, {
    id: "web",
    image: await sandbox.image("template", { to: "both" }),
    blob: await sandbox.image("blob", { to: "both" }),
    lines: ["env: { LEVEL: info, TOKEN: { fromFile: token } }"],
  });
});
afterAll(() => sandbox.dispose());

const warm = (...args: string[]) => sandbox.warm(args);

/** Without what is another in every run, and without the columns that depend on it. */
const tame = (text: string) =>
  text
    .replaceAll(sandbox.registry.host, "registry")
    .replaceAll(sandbox.id, "S")
    .replaceAll(/\/w\w+…\w+\//g, "/S/")
    .replace(/unix:\S+ \(Docker .*\)/, "unix:… (Docker …)")
    .replaceAll(/"[0-9a-f]{12}"/g, '"<image id>"')
    .replaceAll(/ {2,}/g, "  ");

describe("before anything is there", () => {
  it("status lists what is missing", async () => {
    const { code, stdout, stderr } = await warm("status");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(tame(stdout)).toMatchInlineSnapshot(`
      "S on unix:… (Docker …)

      ADDRESS  STATE  HEALTH  SYNC  WHY
      network.S-net  missing  -  out of sync  does not exist
      image.registry/S/blob:1  present  -  in sync
      image.registry/S/template:1  present  -  in sync
      volume.S-web  missing  -  out of sync  does not exist
      container.S-template-web  missing  -  out of sync  does not exist

      2 of 5 in sync, 3 out of sync.
      "
    `);
  });

  it("explain says that it does not exist, and marks no field as changed", async () => {
    const { code, stdout } = await warm("explain", `container.${project.container}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/ is out of sync: does not exist\ncontainer missing\n/);
    expect(stdout).not.toMatch(/changed in|\*/);
    expect(stdout).toMatch(/env\.TOKEN +\(sensitive\)/);
    expect(stdout).toMatch(/\nwarm apply would create it\.\n$/);
  });

  it("explain of what nobody knows is a wrong usage, with the next of kin", async () => {
    const { code, stderr } = await warm("explain", `container.${project.container.slice(0, -1)}`);
    expect(code).toBe(64);
    expect(stderr).toContain("no such resource");
    expect(stderr).toContain(project.container);
  });

  it("nobody has the lock", async () => {
    expect(await warm("lock", "status")).toMatchObject({
      code: 0,
      stdout: `Project ${sandbox.project} is not locked.\n`,
    });
    expect(await warm("lock", "break")).toMatchObject({
      code: 0,
      stdout: `Project ${sandbox.project} is not locked.\n`,
    });
    const { stdout } = await warm("lock", "status", "--json");
    expect(JSON.parse(stdout)).toEqual({ project: sandbox.project, locked: false });
  });

  it.each([["plan"], ["plan", "--destroy"], ["plan", "--verbose"]])(
    "%s as JSON is what the schema says",
    async (...args) => {
      const ajv = new Ajv({ strict: false });
      const validate = ajv.compile(JSON.parse(readFileSync("schemas/plan.schema.json", "utf8")));
      const { code, stdout } = await warm(...args, "--format", "json");
      expect(code).toBe(0);
      expect(validate(JSON.parse(stdout)), ajv.errorsText(validate.errors)).toBe(true);
    },
  );
});

describe("while somebody applies", () => {
  it("the lock tells who, what, why and until when; it is not broken without force", async () => {
    const step = { method: "POST", path: /\/networks\/create$/ };
    const held = await applyHeldAt(sandbox, step, async () => {
      const { stdout } = await warm("lock", "status");
      expect(
        stdout.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>").replaceAll(/[\d.]+s left/g, "<n> left"),
      ).toMatch(
        /^Project \S+ is locked\.\nheld by {2}\S+@\S+ \(pid \d+\)\nrunning {2}warm apply\nsince {4}<time>\nuntil {4}<time> \(renewed while it runs; <n> left\)\n$/,
      );
      const asJson = JSON.parse((await warm("lock", "status", "--json")).stdout);
      expect(asJson).toMatchObject({ locked: true, isExpired: false, holder: { command: "warm apply" } });

      const refused = await warm("lock", "break");
      expect(refused.code).toBe(4);
      expect(refused.stderr).toMatch(/the lock has not expired(.|\n)*held by(.|\n)*hint: `--force`/);

      const second = await warm("apply", "--auto-approve");
      expect(second.code).toBe(8);
      expect(second.stderr).toContain(`project ${sandbox.project} is locked by `);
      expect(second.stderr).toContain("--lock-timeout 5m");
    });
    expect(held.code, held.stderr).toBe(0);
  });
});

describe("when all is in place", () => {
  it("status says so", async () => {
    const { stdout } = await warm("status");
    expect(stdout).toMatch(new RegExp(`^container\\.${project.container} +running +healthy +in sync$`, "m"));
    expect(stdout).toMatch(/\n\nAll 5 resources in sync\.\n$/);
    const { format, summary } = JSON.parse((await warm("status", "--json")).stdout);
    expect({ format, summary }).toEqual({
      format: "warm.status/1",
      summary: { inSync: 5, outOfSync: 0, conflict: 0 },
    });
  });

  it("explain lays the three sides beside each other, and asked the template for its health", async () => {
    const { stdout } = await warm("explain", `container.${project.container}`);
    expect(tame(stdout)).toMatchInlineSnapshot(`
      "container.S-template-web is in sync
      container running, healthy

        FIELD  warm.yaml  LAST APPLIED  HOST
        name  "S-template-web"  -  "S-template-web"
        state  "running"  -  "running"
        image  "registry/S/template:1"  "registry/S/template:1"  "<image id>"
        network  "S-net"  "S-net"  "S-net"
        volume  "S-web"  "S-web"  "S-web"
        mount  "/workspace/cyanprint"  "/workspace/cyanprint"  -
        env.LEVEL  "info"  "info"  -
        env.TOKEN  (sensitive)  (sensitive)  -

      - depends on network.S-net
      - depends on image.registry/S/template:1
      - depends on volume.S-web

      warm apply would leave it as it is.
      "
    `);
    const asJson = JSON.parse((await warm("explain", `container.${project.container}`, "--json")).stdout);
    expect(asJson).toMatchObject({ status: { sync: "in-sync", health: "healthy" }, action: "noop" });
  });

  it("plan says it in one line, and in full when asked", async () => {
    expect((await warm("plan")).stdout).toBe("No changes. 5 resources match warm.yaml.\n");
    const { stdout } = await warm("plan", "-v");
    expect(stdout).toMatch(/^digest p1:[0-9a-f]{16}$/m);
    expect(stdout).toContain(`    container.${project.container}\n`);
  });
});
