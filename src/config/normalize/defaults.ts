/** What a file that does not say means; schemas/warm.schema.json says the same to editors. */
export const DEFAULTS = {
  prefix: "cyan",
  network: "cyanprint",
  dataDir: "./data",
  prune: "safe",
  intervalMs: 30_000,
  drift: "heal",
  flapping: { heals: 5, withinMs: 600_000 },
  pull: { concurrency: 4, policy: "missing", retries: 3, idleTimeoutMs: 120_000 },
  template: { port: 5550, mount: "/workspace/cyanprint" },
  health: { path: "/", intervalMs: 1_000, timeoutMs: 60_000 },
  engine: { size: 1, spare: 1, autoReset: true },
  ready: { path: "/", timeoutMs: 120_000 },
  param: { type: "string", maxLength: 1024 },
  job: { timeoutMs: 300_000 },
  reset: { timeoutMs: 30_000 },
} as const;
