import { loadConfig, parseConfig } from "../../src/config/load-config.js";
import { ConfigError, type Problem } from "../../src/model/problem.js";

export const DIRECTORY = "/srv/project";

/** The problems of a text; none when it is valid. Anything thrown but a ConfigError is thrown on. */
export function problemsOf(text: string, env: Record<string, string> = {}): Promise<readonly Problem[]> {
  return catchProblems(parseConfig({ text, file: "warm.yaml", directory: DIRECTORY, env }));
}

/** The problems of a file. */
export function problemsOfFile(path: string, env: Record<string, string> = {}): Promise<readonly Problem[]> {
  return catchProblems(loadConfig({ path, cwd: "/", env }));
}

async function catchProblems(loading: Promise<unknown>): Promise<readonly Problem[]> {
  try {
    await loading;
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
