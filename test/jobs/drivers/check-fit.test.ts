import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WarmError } from "../../../src/errors.js";
import { checkFit } from "../../../src/jobs/drivers/check-fit.js";
import { fillText } from "../../../src/jobs/fill-text.js";
import type { JobDriver, ParamValue } from "../../../src/model/job.js";

/** What is wrong, or undefined. */
function refusal(driver: JobDriver, params: Readonly<Record<string, ParamValue>>): string | undefined {
  try {
    checkFit(driver, (text) => fillText(text, params), params);
    return undefined;
  } catch (error) {
    if (!(error instanceof WarmError) || error.code !== "usage") throw error;
    return `${error.message} [${error.hint}]`;
  }
}

const consoleLine: JobDriver = { type: "console", command: "load_world {seed}", fifo: undefined };
const pipe: JobDriver = { ...consoleLine, fifo: "/run/commands" };
const rcon: JobDriver = { type: "rcon", port: 25575, password: "p", command: "load {seed}" };
const exec = (...command: string[]): JobDriver => ({ type: "exec", command });
const signal: JobDriver = { type: "signal", signal: "SIGUSR1", file: "/run/job", env: { SEED: "{seed}" } };
const restart = (...command: string[]): JobDriver => ({ type: "restart", env: { SEED: "{seed}" }, command });
const http: JobDriver = { type: "http", port: 80, method: "POST", path: "/" };
const ALL = [consoleLine, pipe, rcon, exec("load", "x{seed}"), signal, restart("run", "x{seed}"), http];

describe("every driver", () => {
  it("carries hostile texts that are texts all the same", () => {
    for (const seed of ["$(reboot)", "'; rm -rf /", "../../etc/passwd", "ä€😀", '"\\n`id`', " ", "{seed}"])
      for (const driver of ALL) expect(refusal(driver, { seed })).toBeUndefined();
  });

  it("refuses half of a surrogate pair, wherever the parameter is used", () => {
    for (const driver of ALL)
      expect(refusal(driver, { seed: "a\ud800b" })).toContain(
        "the parameter `seed` holds half of a surrogate pair",
      );
    expect(refusal(http, { seed: "fine", other: "\udc00" })).toContain("`other`");
  });
});

describe("a line", () => {
  it("holds no line break, no NUL and no other control character", () => {
    for (const driver of [consoleLine, pipe, rcon])
      for (const character of [
        "\n",
        "\r",
        "\0",
        "\t",
        "\u0007",
        "\u001b",
        "\u007f",
        "\u0085",
        "\u2028",
        "\u2029",
      ])
        expect(refusal(driver, { seed: `a${character}b` })).toMatch(
          /the parameter `seed` holds a line break/,
        );
  });

  it("that is no line as the file has it is refused too", () => {
    expect(refusal({ ...consoleLine, command: "a\nb" }, {})).toContain("the job's `command`");
  });

  it("minds only the parameters that are in it", () => {
    expect(refusal(consoleLine, { seed: "fine", note: "two\nlines" })).toBeUndefined();
  });

  it("to RCON has at most 4 KiB with what is around it", () => {
    const room = 4086 - "load ".length;
    expect(refusal(rcon, { seed: "x".repeat(room) })).toBeUndefined();
    expect(refusal(rcon, { seed: "x".repeat(room + 1) })).toMatchInlineSnapshot(
      `"the parameter \`seed\` is too long: with it \`load {seed}\` has 4087 bytes, 4086 is the most that can be sent [lower its \`maxLength\`, or use another driver: \`http\` has no limit]"`,
    );
    expect(refusal(rcon, { seed: "€".repeat(1500) })).toContain("too long");
  });

  it("into a pipe has at most what an argument has, on the standard input it has no limit", () => {
    expect(refusal(pipe, { seed: "x".repeat(131_072) })).toContain("too long");
    expect(refusal(consoleLine, { seed: "x".repeat(1_000_000) })).toBeUndefined();
  });
});

describe("an argument", () => {
  it("may hold line breaks, but no NUL", () => {
    expect(refusal(exec("load", "{seed}"), { seed: "a\nb" })).toBeUndefined();
    expect(refusal(exec("load", "{seed}"), { seed: "a\0b" })).toContain("holds a NUL");
  });

  it("that begins with a dash because of its parameter is refused unless it cannot be an option", () => {
    const params = { seed: "-rf" };
    expect(refusal(exec("load", "{seed}"), params)).toMatchInlineSnapshot(
      `"the parameter \`seed\` begins with a dash, and the program would take it for an option [put \`--\` before \`{seed}\` in the job's command, or something in front of it such as \`--seed={seed}\`]"`,
    );
    expect(refusal(restart("load", "{seed}.db"), params)).toContain("begins with a dash");
    expect(refusal(exec("load", "--", "{seed}"), params)).toBeUndefined();
    expect(refusal(exec("load", "--seed={seed}"), params)).toBeUndefined();
    expect(refusal(exec("load", "{seed}", "--"), params)).toContain("begins with a dash");
    expect(refusal(exec("load", "{seed}"), { seed: -5 })).toBeUndefined();
  });

  it("has less than 128 KiB, its NUL counted", () => {
    expect(refusal(exec("load", "{seed}"), { seed: "x".repeat(131_071) })).toBeUndefined();
    expect(refusal(exec("load", "{seed}"), { seed: "x".repeat(131_072) })).toContain("too long");
    expect(refusal(exec("load", "{seed}"), { seed: "€".repeat(43_691) })).toContain("131073 bytes");
  });

  it("is refused in no other case", () => {
    const text = fc.string({ unit: "binary", maxLength: 50 });
    fc.assert(
      fc.property(text, (seed) => {
        const isFit = !/^-|\0|\p{Surrogate}/u.test(seed);
        expect(refusal(exec("load", "{seed}"), { seed }) === undefined).toBe(isFit);
      }),
    );
  });
});

it("a variable may hold anything but a NUL, and has its name counted in its size", () => {
  for (const driver of [signal, restart()]) {
    expect(refusal(driver, { seed: "-a\n'b'" })).toBeUndefined();
    expect(refusal(driver, { seed: "a\0" })).toContain("`seed` holds a NUL");
    expect(refusal(driver, { seed: "x".repeat(131_066) })).toBeUndefined();
    expect(refusal(driver, { seed: "x".repeat(131_067) })).toContain("too long");
  }
});
