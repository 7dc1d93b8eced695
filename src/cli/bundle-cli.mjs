// Makes the command line of few files: node takes longer to find and open two hundred modules than to run them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const outDir = resolve(process.argv[2] ?? "dist", "cli");

/** What every command needs, or what is small. The others stay packages: only some commands load them, late. */
const BUNDLED = ["commander", "croner", "fastest-levenshtein", "p-limit", "yaml", "yocto-queue"];

const { dependencies } = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8"));
const external = Object.keys(dependencies).filter((name) => !BUNDLED.includes(name));

rmSync(outDir, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: projectDir,
  entryPoints: ["src/cli/main.ts"],
  outdir: outDir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  chunkNames: "parts/[name]-[hash]",
  external,
  // CommonJS packages ask for node's own modules by `require`, which a module does not have.
  banner: {
    js: 'import { createRequire as nodeRequire } from "node:module"; const require = nodeRequire(import.meta.url);',
  },
  sourcemap: process.env.WARM_SOURCE_MAPS === "1",
  metafile: true,
  logLevel: "warning",
});
writeFileSync(join(outDir, "LICENSES.txt"), licensesOf(Object.keys(metafile.inputs)));

/**
 * What a bundle holds of others is published with their notices.
 * @param {readonly string[]} inputs paths of files, from the project
 * @returns {string}
 */
function licensesOf(inputs) {
  const names = inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  const notices = [...new Set(names)].sort().map((name) => {
    const folder = join(projectDir, "node_modules", name);
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined || !BUNDLED.includes(name)) throw new Error(`${name} is not to be bundled`);
    return `${name}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return notices.join(`\n${"-".repeat(80)}\n\n`);
}
