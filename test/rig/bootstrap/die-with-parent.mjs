/**
 * Changes a command so that the kernel kills its process when the one that starts it dies, however that happens
 * (Linux only; elsewhere it stays as it is). The pid is the program's own: `setpriv` replaces itself by it.
 * @param {string[]} command a program and its arguments
 * @returns {{ program: string, args: string[] }}
 */
export function dieWithParent(command) {
  const tie = process.platform === "linux" ? ["setpriv", "--pdeathsig", "KILL"] : [];
  const [program = "", ...args] = [...tie, ...command];
  return { program, args };
}
