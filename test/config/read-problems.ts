import { loadConfig, parseConfig } from "../../src/config/load-config.js";
import { ConfigError, type Problem } from "../../src/model/problem.js";

const DIRECTORY = "/srv/project";

/** The problems of a text; none when it is valid. Anything thrown but a ConfigError is thrown on. */
export function problemsOf(text: string, env: Record<string, string> = {}): Promise<readonly Problem[]> {
  return catchProblems(parseConfig({ text, file: "warm.yaml", directory: DIRECTORY, env }));
}

/** With the processor's time that it took: a busy machine makes the clock useless. */
export async function measureProblemsOf(text: string) {
  const start = process.cpuUsage();
  const problems = await problemsOf(text);
  const { user, system } = process.cpuUsage(start);
  return { problems, cpuMs: (user + system) / 1_000 };
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
