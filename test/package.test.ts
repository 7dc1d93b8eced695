import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** What `npm pack` puts into the package, and what whoever installs that has. */
const MAX_PACKED_BYTES = 1_500_000;
const MAX_UNPACKED_BYTES = 5_000_000;
const ALLOWED =
  /^(?:dist\/(?:[a-z0-9-]+\/)*[a-z0-9-]+(?:\.generated)?\.(?:js|d\.ts)|dist\/cli\/(?:LICENSES\.txt|parts\/[a-z-]+-[A-Z0-9]{8}\.js)|schemas\/(?:warm|plan)\.schema\.json|LICENSE|README\.md|package\.json)$/;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

let dir: string;
let packed: Packed;
let installed: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "warm-package-"));
  // The build is there already.
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", dir];
  [packed] = JSON.parse(run("npm", pack, ".")) as [Packed];
  installed = install();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const paths = () => packed.files.map(({ path }) => path);

/** As npm would put it, with the dependencies that are here: no registry is asked. */
function install(): string {
  const project = join(dir, "project");
  const target = join(project, "node_modules", "warm");
  mkdirSync(target, { recursive: true });
  run("tar", ["-xzf", join(dir, packed.filename), "--strip-components=1", "-C", target], dir);
  const { dependencies } = JSON.parse(readFileSync(join(target, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  // Only what it says that it needs can be found from there.
  for (const name of [...Object.keys(dependencies), "@types/node", "undici-types"]) {
    const link = join(project, "node_modules", name);
    mkdirSync(resolve(link, ".."), { recursive: true });
    symlinkSync(resolve("node_modules", name), link);
  }
  return project;
}

describe("the package", () => {
  it("holds the build, the schemas, the README and the licence, and nothing else", () => {
    expect(paths().filter((path) => !ALLOWED.test(path))).toEqual([]);
    for (const path of ["LICENSE", "README.md", "dist/cli/main.js", "dist/index.js", "dist/index.d.ts"])
      expect(paths()).toContain(path);
  });

  it("has types for each module of the library, and no test, map or source", () => {
    const modules = paths().filter((path) => path.endsWith(".js"));
    for (const path of modules.filter((path) => !path.startsWith("dist/cli/")))
      expect(paths()).toContain(path.replace(/\.js$/, ".d.ts"));
    const code = modules.map((path) => readFileSync(path, "utf8"));
    expect(code.filter((text) => text.includes("sourceMappingURL"))).toEqual([]);
  });

  it("has the notices of all that is bundled into the command line", () => {
    const notices = readFileSync("dist/cli/LICENSES.txt", "utf8");
    for (const name of ["commander", "dockerode", "yaml"]) expect(notices).toContain(`${name}\n\n`);
  });

  it("is as small as it was meant to be", () => {
    expect(packed.size).toBeLessThan(MAX_PACKED_BYTES);
    expect(packed.unpackedSize).toBeLessThan(MAX_UNPACKED_BYTES);
  });

  it("gives nobody more rights than needed", () => {
    const isCommand = (path: string) => path === "dist/cli/main.js";
    for (const { path, mode } of packed.files) expect(mode, path).toBe(isCommand(path) ? 0o755 : 0o644);
  });

  it("runs where it is installed, with its own dependencies alone", () => {
    const main = join(installed, "node_modules", "warm", "dist", "cli", "main.js");
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect(run(process.execPath, [main, "--version"], installed)).toBe(`${version}\n`);
    expect(run(process.execPath, [main, "init"], installed)).toContain("Wrote warm.yaml");
    expect(run(process.execPath, [main, "validate"], installed)).toBe("warm.yaml is valid.\n");
  });

  it("is imported with its types", () => {
    const text = `import { openProject, WarmError, ERROR_CODES } from "warm";
import schema from "warm/schemas/warm.schema.json" with { type: "json" };
const codes: number = Object.keys(ERROR_CODES).length;
// @ts-expect-error there is no such option
openProject({ fil: "warm.yaml" }).catch((error: unknown) => console.log(error instanceof WarmError, codes > 20, schema.title !== ""));
`;
    writeFileSync(join(installed, "use.mts"), text);
    const options = {
      module: "nodenext",
      target: "es2023",
      strict: true,
      skipLibCheck: true,
      resolveJsonModule: true,
      types: ["node"],
    };
    writeFileSync(
      join(installed, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: { ...options, lib: ["es2023", "esnext.disposable"] },
        files: ["use.mts"],
      }),
    );
    run(process.execPath, [resolve("node_modules/typescript/bin/tsc"), "-p", "."], installed);
    expect(run(process.execPath, ["use.mjs"], installed)).toContain("true true true");
  });
});
