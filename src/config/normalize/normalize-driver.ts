import type { JobDriver } from "../../model/job.js";
import { pointerTo } from "../file/positions.js";
import { DEFAULTS } from "./defaults.js";
import { readSecret, type SecretsByPointer } from "./normalize-parts.js";
import type { RawJob } from "./raw-config.js";

/**
 * How a job reaches its engine, from the keys that its driver knows; the rule `driver-keys` has seen to it that those are
 * there that it needs, and no others.
 */
export function normalizeDriver(raw: RawJob, pointer: string, secrets: SecretsByPointer): JobDriver {
  const { port = 0, env = {}, file = "" } = raw;
  const line = typeof raw.command === "string" ? raw.command : "";
  const words = typeof raw.command === "object" ? raw.command : undefined;
  switch (raw.driver) {
    case "console":
      return { type: "console", command: line, fifo: raw.fifo };
    case "exec":
      return { type: "exec", command: words ?? [] };
    case "signal":
      return { type: "signal", signal: raw.signal ?? DEFAULTS.job.signal, file, env };
    case "http": {
      const { path = DEFAULTS.job.path, method = DEFAULTS.job.method } = raw;
      return { type: "http", port, method, path };
    }
    case "rcon": {
      const { password = "" } = raw;
      const isSecret = typeof password === "object";
      const text = isSecret ? readSecret(pointer + pointerTo("password"), secrets) : String(password);
      return { type: "rcon", port, password: text, command: line };
    }
    case "restart":
      return { type: "restart", env, command: words };
  }
  raw.driver satisfies never;
}
