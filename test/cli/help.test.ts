import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { examplesOf, helpOf, listCommands, makeProgram, pathOf } from "./command-tree.js";

const commands = listCommands(await makeProgram()).map((command) => ({
  command,
  path: pathOf(command),
  help: helpOf(command),
}));

describe("what is loaded for a command line", () => {
  const names = commands.map(({ path }) => path.split(" ")[1]).filter((name) => name !== undefined);
  const namesOf = async (words: readonly string[]) =>
    (await makeProgram(words)).commands.map((command) => command.name());

  it.each([...new Set(names)])("has `%s`, whatever stands before it", async (name) => {
    const all = await namesOf([]);
    for (const before of [[], ["-f", "plan.yaml"], ["--file", "x", "-H", "unix:///x"], ["--file=x"], ["-V"]])
      expect(await namesOf([...before, name, "--help"])).toContain(name);
    // What completes command lines has to know all of them.
    const loaded = await namesOf([name]);
    if (name === "completion") expect(loaded).toEqual(all);
    else expect(loaded.length).toBeLessThan(all.length / 2);
  });

  it("is every command where help is asked for, or a word is none", async () => {
    const all = await namesOf([]);
    for (const words of [["--help"], ["help", "plan"], ["nope"], ["-f"]])
      expect(await namesOf(words)).toEqual(all);
  });
});

describe("the help of each command", () => {
  it.each(commands)("$path: says in one line what it does, and shows how", ({ command, help }) => {
    expect(command.summary() || command.description()).toMatch(/^[a-z][^\n]{8,98}[^.]$/);
    expect(help).toMatch(/^Usage: warm [^\n]*\n\n[A-Z]/);
    expect(examplesOf(help).length).toBeGreaterThanOrEqual(1);
    expect(examplesOf(help).length).toBeLessThanOrEqual(6);
  });

  it.each(commands)("$path: every option and every argument is described", ({ command }) => {
    const described = [...command.options, ...command.registeredArguments];
    expect(described.filter(({ description }) => description === "").map((one) => one.name())).toEqual([]);
  });

  it.each(commands)("$path: fits 80 columns, with no text that nobody would type", ({ help }) => {
    expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(help).not.toMatch(/undefined|\[object|null/);
  });

  it.each(commands)("$path: what it says to see also is there", ({ help }) => {
    const [, names = ""] = /^See also:\n {2}(.*)$/m.exec(help) ?? [];
    const paths = new Set(commands.map(({ path }) => path));
    expect(names.split(", ").filter((name) => name !== "" && !paths.has(name))).toEqual([]);
  });
});

describe("the examples", () => {
  const examples = commands.flatMap(({ path, help }) => examplesOf(help).map((line) => ({ path, line })));
  const calls = readCalls(examples.map(({ line }) => line));

  it("are told apart by bash: each calls warm at least once", () => {
    expect(calls.filter((one) => one.length === 0)).toEqual([]);
    expect(examples.length).toBeGreaterThan(commands.length);
  });

  it.each(examples.map(({ line }, index) => ({ line, called: calls[index] ?? [] })))(
    "$line",
    async ({ called }) => {
      for (const args of called) expect(await parse(args), `warm ${args.join(" ")}`).toBe("accepted");
    },
  );

  it("of a command show that command", () => {
    const leaves = commands.filter(({ command }) => command.commands.length === 0);
    const isShown = (path: string) =>
      examples.some(
        (example, index) =>
          example.path === path &&
          calls[index]?.some((args) => `${["warm", ...args].join(" ")} `.startsWith(`${path} `)),
      );
    expect(leaves.map(({ path }) => path).filter((path) => !isShown(path))).toEqual([]);
  });

  it("would not pass with an unknown option, a missing argument, or a value that cannot be", async () => {
    expect(await parse(["plan", "--no-such"])).toContain("unknown option");
    expect(await parse(["lease"])).toContain("missing required argument");
    expect(await parse(["run", "pool", "--priority", "high"])).toContain("use a whole number");
    expect(await parse(["nope"])).toContain("unknown command");
  });
});

describe("is printed as", () => {
  const helps = new Map(commands.map(({ path, help }) => [path, help]));

  it("warm --help", () => {
    expect(helps.get("warm")).toMatchInlineSnapshot(`
      "Usage: warm [options] [command]

      Keeps Docker hosts warm.

      You declare in warm.yaml what must be hot, \`warm plan\` shows what is missing,
      \`warm apply\` makes it so, \`warm watch\` keeps it so.

      Options:
        -V, --version               print the version
        -f, --file <path>           the file that declares what is wanted (default:
                                    "warm.yaml")
        -H, --host <endpoint>       Docker endpoint; default as the docker CLI chooses
                                    it
        -h, --help                  print this

      The file:
        init                        write a first warm.yaml with comments; never over
                                    an existing file
        validate                    check the file and tell every problem at once;
                                    speaks to no Docker
        schema [name]               print a JSON Schema
        import                      write a warm.yaml from what runs on the host; only
                                    reads

      Plan and apply:
        plan                        show what apply would do; only reads
        snapshot                    write down what the host is like, for \`plan
                                    --against\`; only reads
        drift                       tell how the host differs from the file, for a
                                    report on a timer; only reads
        apply [plan]                make the host match the file
        destroy                     remove everything that is ours on the host

      Watch:
        watch                       keep the host as the file says: correct drift on a
                                    timer and on every Docker event
        pause                       let the watcher look and tell, and change nothing
        resume                      end a pause, and have everything tried anew,
                                    flapping resources too
        reconcile                   have the watcher look at once and try everything
                                    anew, until nothing is left to do
        events [type...]            print what the watcher does, as it does it, until
                                    it is interrupted

      Engines:
        engines [pool]              list the engines of the pools that a watcher keeps
        lease <pool> [command...]   take an engine of a pool, run a command with it,
                                    give it back
        release <lease>             end a lease, whoever holds it
        recycle <pool[/slot]>       replace engines that nobody uses; closes the
                                    pool's breaker
        canary <pool>               prove that a reset is clean: plant a marker,
                                    reset, look for it

      Jobs:
        run <pool> [name=value...]  run a job of a pool on one of its engines, and
                                    wait; a result that is there is used
        jobs [pool]                 list the jobs that are under way, and the last
                                    ones that were
        result <job>                fetch the result of a job as a tar archive, as
                                    from a watcher on another machine
        cancel <job>                take a job back; it ends unless others asked for
                                    it too
        cache                       see, check or remove results of jobs; needs no
                                    watcher

      Look:
        status                      list every resource with its state and health, and
                                    what a watcher knows; only reads
        explain <address>           say why a resource is, or is not, in sync; only
                                    reads
        doctor                      check endpoint, versions, disk, registries, and
                                    what would fail
        graph                       draw what the file declares and what waits for
                                    what, or a plan
        lock                        see or break the project's lock

      Commands:
        completion <shell>          print a script that completes command lines in a
                                    shell
        help [command]              print the help of a command

      Examples:
        # a first warm.yaml with comments
        warm init
        # what is missing on the host
        warm plan
        # make it so
        warm apply
        # keep it so
        warm watch

      Exit codes:
        0         done
        1         an operational error: the host, a registry, an engine, the watcher
        2         changes pending (--detailed-exitcode)
        3         the file is invalid
        4         a guard refused
        5         the plan is stale; nothing was done
        6         partly applied; a second apply finishes
        7         not healthy
        8         the project is locked
        64        wrong usage
        130, 143  interrupted, in good order

      Environment:
        DOCKER_HOST, DOCKER_CONTEXT, …    which Docker, as for the docker CLI
        WARM_API, WARM_API_TOKEN          which watcher on the network is asked
        WARM_API_TOKENS                   who may ask a watcher (warm watch --listen)
        NO_COLOR, FORCE_COLOR             whether colours are printed

      Start with \`warm init\`. \`warm help plan\` says more of a command.
      "
    `);
  });

  it("warm plan --help", () => {
    expect(helps.get("warm plan")).toMatchInlineSnapshot(`
      "Usage: warm plan [options]

      Show what apply would do; only reads.

      Compares what the file declares, what was applied last and what stands on the
      host, and tells each change with its reasons: the file or the world, which
      field, which line. It is given a client that has nothing but GET, takes no lock
      and changes nothing; a host that cannot be looked at as a whole gives an error,
      never half a plan.

      Marks: + create (an image: pull), > start, ~ update in place, ± replace, -
      delete, ! conflict. What is expected (bytes to pull, what does not serve
      meanwhile, what is lost) is told beside it; registries are asked for it, for
      some seconds at most.

      Where the host cannot be reached it plans against a snapshot or by a watcher.
      --offline checks the file alone: for whoever may not see the host either, such
      as a fork's pull request.

      Options:
        --state-dir <directory>  where the watcher keeps its state; default \`.warm\`
                                 beside the file
        --format <format>        how to print it: markdown is for a comment or an
                                 issue (choices: "text", "json", "markdown", default:
                                 "text")
        --against <file|url>     a snapshot, or a watcher's URL with the token of
                                 WARM_API_TOKEN; default the host
        --environment <name>     names the place in markdown, where one file is for
                                 several
        --detailed-exitcode      exit 2 when there are changes
        --offline                check the file and tell what it declares: no host, no
                                 secrets
        --out <file>             save the plan for \`warm apply <file>\` (mode 0600)
        --destroy                plan the removal of all that is ours
        -v, --verbose            show unchanged resources and the plan's digest too
        -h, --help               print this

      Which resources:
        --target <address>       only this and what it depends on (repeatable)
        --exclude <address>      not this nor what depends on it (repeatable)
        --replace <address>      make this anew even if nothing has changed
                                 (repeatable)
        --adopt <address>        take over the foreign object that has this name
                                 (repeatable)

      Global Options:
        -V, --version            print the version
        -f, --file <path>        the file that declares what is wanted (default:
                                 "warm.yaml")
        -H, --host <endpoint>    Docker endpoint; default as the docker CLI chooses it

      Examples:
        # what is missing
        warm plan
        # for a review; \`warm apply plan.json\` does exactly this
        warm plan --out plan.json --detailed-exitcode
        # a pull request's comment, without the host
        warm plan --against snapshot.json --format markdown
        # the same by a watcher's word
        warm plan --against https://warm.example.com --format markdown
        # what a destroy would remove, for a tool
        warm plan --destroy --format json | jq .summary

      Exit codes:
        0  there are no changes, or nobody asked by --detailed-exitcode
        2  there are changes (--detailed-exitcode)

      See also:
        warm apply, warm snapshot, warm drift, warm explain, warm status
      "
    `);
  });
});

/** To a file here or below HOME, both of which are a temporary folder: whoever writes an example may write anything. */
const REDIRECTS = /^(?:[^<>]|<\(|2?>>? ?(?:~\/)?[\w.-])*$/;

/** What each line calls warm with, as a shell reads it; nothing else that it names is run. */
function readCalls(lines: readonly string[]): readonly (readonly string[])[][] {
  const elsewhere = lines.filter((line) => !REDIRECTS.test(line) || line.includes(".."));
  if (elsewhere.length > 0) throw new Error(`examples that could write anywhere: ${elsewhere.join("; ")}`);
  const dir = mkdtempSync(join(tmpdir(), "warm-examples-"));
  try {
    const script = [
      `warm() { printf '%s\\0' call "$@" end >> "$LOG"; echo printed; }`,
      ...lines.flatMap((line) => [line, `printf 'line\\0' >> "$LOG"`]),
    ];
    writeFileSync(join(dir, "script"), script.join("\n"));
    mkdirSync(join(dir, ".config/fish/completions"), { recursive: true });
    const log = join(dir, "log");
    // Without HOME, bash takes the user's own for `~`.
    const env = { PATH: join(dir, "nothing"), HOME: dir, LOG: log };
    execFileSync("/bin/bash", ["--norc", "script"], { cwd: dir, env, stdio: ["ignore", "ignore", "ignore"] });
    return splitLog(readFileSync(log, "utf8"));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const splitLog = (log: string) =>
  log
    .split("line\0")
    .slice(0, -1)
    .map((part) =>
      part
        .split("call\0")
        .slice(1)
        .map((call) => call.split("\0").slice(0, -2)),
    );

/** @returns `accepted`, or what our command line says against it; nothing runs */
async function parse(args: readonly string[]): Promise<string> {
  const program = await makeProgram();
  for (const command of listCommands(program)) {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (command.commands.length === 0) command.action(() => undefined);
  }
  try {
    program.parse([...args], { from: "user" });
    return "accepted";
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}
