// Makes the command line of few files: node takes longer to find and open two hundred modules than to run them.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));
const outDir = resolve(process.argv[2] ?? "dist", "cli");

/** What stays a package, and is loaded late by the few commands that need it. All else is bundled. */
const EXTERNAL = [
  "@dagrejs/dagre",
  "@fastify/swagger",
  "ajv",
  "chokidar",
  "fastify",
  "pino",
  "prom-client",
  "protobufjs",
];

/**
 * dockerode loads BuildKit's gRPC and an SSH client with itself, a tenth of a second that every apply would pay: here
 * they are loaded by who calls them, which warm never does.
 * @type {Record<string, string>} by the end of a module's path, what stands in its place
 */
const LATE = {
  "dockerode/lib/session.js": `module.exports = (...args) => require("dockerode/lib/session.js")(...args);`,
  "docker-modem/lib/ssh.js": `module.exports = (...args) =>
    require("node:module").createRequire(require.resolve("dockerode"))("docker-modem/lib/ssh.js")(...args);`,
};

/** @type {import("esbuild").Plugin} */
const loadLate = {
  name: "load-late",
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /node_modules\/(dockerode\/lib\/session|docker-modem\/lib\/ssh)\.js$/ }, ({ path }) => {
      const end = Object.keys(LATE).find((candidate) => path.endsWith(candidate));
      return end === undefined ? undefined : { contents: LATE[end] };
    });
    onResolve({ filter: /^dockerode(\/lib\/session\.js)?$/ }, ({ path, kind }) =>
      path.endsWith("session.js") || kind === "require-resolve" ? { path, external: true } : undefined,
    );
  },
};

rmSync(outDir, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: projectDir,
  // The second is for who runs commands inside of a process of their own: the tests.
  entryPoints: ["src/cli/main.ts", "src/cli/run-command-line.ts"],
  outdir: outDir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  chunkNames: "parts/[name]-[hash]",
  external: EXTERNAL,
  plugins: [loadLate],
  // CommonJS packages ask for node's own modules by `require`, which a module does not have.
  banner: {
    js: 'import { createRequire as nodeRequire } from "node:module"; const require = nodeRequire(import.meta.url);',
  },
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
    const text = file === undefined ? licenseField(folder) : readFileSync(join(folder, file), "utf8").trim();
    return `${name}\n\n${text}\n`;
  });
  return notices.join(`\n${"-".repeat(80)}\n\n`);
}

/**
 * @param {string} folder of a package that comes without the text of its licence
 * @returns {string}
 */
function licenseField(folder) {
  const { license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${folder} cannot be bundled: it names no licence`);
  return `Licence: ${license}\nAuthor: ${author?.name ?? author}`;
}
