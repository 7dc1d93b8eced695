import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";

const NOBODY = { DOCKER_HOST: "unix:///nobody/listens/here.sock" };

/** One template with a secret that nobody has, and a session. */
const yaml = ({ project, prefix, network }: Sandbox) => `version: 1
project: ${project}
prefix: ${prefix}
network: ${network}
templates:
  hello: { image: "img:1", blob: "blob:1", env: { TOKEN: { fromEnv: NOT_SET_ANYWHERE } } }
sessions:
  s1: { template: hello, plugins: ["plugin:1"] }
`;

describe("warm graph", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox();
    sandbox.writeConfig(yaml(sandbox));
  });
  afterAll(() => sandbox.dispose());

  const graph = (args: readonly string[], env: Record<string, string> = {}) =>
    sandbox.call(["graph", ...args], { env });

  it("draws the file without its secrets and without Docker", async () => {
    const { code, stdout, stderr } = await graph([], NOBODY);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.replaceAll(sandbox.id, "ID")).toMatchInlineSnapshot(`
      "flowchart LR
        n1{{"network<br/>ID-net"}}
        n2(["image<br/>blob:1"])
        n3(["image<br/>img:1"])
        n4(["image<br/>plugin:1"])
        n5[("template volume<br/>ID-hello")]
        n6[("session s1<br/>ID-hello-s1")]
        n7["template container<br/>ID-template-hello"]
        n2 --> n5
        n3 --> n7
        n4 -.-> n6
        n1 --> n7
        n5 --> n7
        n5 -.-> n6
      "
    `);
  });

  it("writes the picture into a file, and says so beside the result", async () => {
    const { code, stdout, stderr } = await graph(["--format", "svg", "--out", "warm.svg"], NOBODY);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: "",
      stderr: "Wrote warm.svg: 7 resources.\n",
    });
    const svg = readFileSync(join(sandbox.dir, "warm.svg"), "utf8");
    expect(svg).toMatch(/^<\?xml .*<\/svg>\n$/s);
    expect(svg).toContain("<title>session s1 ");
  });

  it("draws what belongs to an address, and knows near ones", async () => {
    const volume = `volume.${sandbox.prefix}-hello`;
    const { stdout } = await graph(["--target", "image.plugin:1"], NOBODY);
    expect(stdout.match(/^ {2}n\d+\W/gm)).toHaveLength(3);
    const { code, stderr } = await graph(["--target", `${volume}x`], NOBODY);
    expect(code).toBe(64);
    expect(stderr).toContain(`--target ${volume}x: no such resource in this graph`);
    expect(stderr).toContain(`did you mean \`${volume}\`?`);
  });

  it("draws a plan that was saved or printed, and the one of this moment", async () => {
    const env = { NOT_SET_ANYWHERE: "t0ken-value" };
    const { stdout: printed } = await sandbox.call(["plan", "--format", "json", "--out", "saved.json"], {
      env,
    });
    sandbox.writeConfig(printed, "printed.json");
    const pictures = await Promise.all([
      graph(["--plan", "saved.json"], NOBODY),
      graph(["--plan", "printed.json"], NOBODY),
      graph(["--current"], env),
    ]);
    expect(new Set(pictures.map(({ stdout }) => stdout)).size).toBe(1);
    expect(pictures[0].stdout).toContain("#43; create#58; does not exist");
    expect(pictures[0].stdout).toContain("classDef create");
    expect(pictures[0].stdout).not.toContain("t0ken");
  });

  it("tells a plan from something else, and a file from nothing", async () => {
    sandbox.writeConfig("{}", "other.json");
    expect(await graph(["--plan", "other.json"], NOBODY)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("other.json is not a plan of warm"),
    });
    expect(await graph(["--plan", "gone.json"], NOBODY)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining("there is no plan gone.json"),
    });
    expect(await sandbox.warm(["graph", "--plan", "other.json", "--current"])).toMatchObject({ code: 64 });
    expect(await graph(["--out", "no/folder/x.mmd"], NOBODY)).toMatchObject({ code: 64 });
    expect(existsSync(join(sandbox.dir, "no"))).toBe(false);
  });

  it("says what mermaid will not draw, and what to do", async () => {
    const templates = Array.from(
      { length: 130 },
      (_, index) => `  t${index}: { image: "i:${index}", blob: "b:${index}" }`,
    );
    const path = sandbox.writeConfig(
      `version: 1\nproject: many\ntemplates:\n${templates.join("\n")}\n`,
      "many.yaml",
    );
    const { code, stderr } = await sandbox.call(["-f", path, "graph"], { env: NOBODY });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^note: mermaid draws 500 arrows .* this has 520 and \d+; use --format svg, or --target ADDRESS/,
    );
    const part = await sandbox.call(["-f", path, "graph", "--target", "volume.cyan-t7"], { env: NOBODY });
    expect(part.stderr).toBe("");
  });

  it("the README shows what it prints of the minimal example", async () => {
    const { stdout } = await sandbox.call(["-f", resolve("examples/minimal/warm.yaml"), "graph"], {
      env: NOBODY,
    });
    const [, block] = /```mermaid\n(.*?)```/s.exec(readFileSync("README.md", "utf8")) ?? [];
    expect(block).toBe(stdout);
  });
});
