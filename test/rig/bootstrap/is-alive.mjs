/**
 * @param {number} pid
 * @returns {boolean} whether a process with this pid exists, ours or not
 */
export function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
