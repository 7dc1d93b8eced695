import { cronExpression } from "./cron-expression.js";
import { declaredParams } from "./declared-params.js";
import { driverKeys } from "./driver-keys.js";
import { durationBounds } from "./duration-bounds.js";
import { envText } from "./env-text.js";
import { errorTexts } from "./error-texts.js";
import { imageReferences } from "./image-references.js";
import { jobChunks } from "./job-chunks.js";
import { jobParams } from "./job-params.js";
import { leaseTerms } from "./lease-terms.js";
import { logSize } from "./log-size.js";
import { maxMemory } from "./max-memory.js";
import { memoryBounds } from "./memory-bounds.js";
import { mountPath } from "./mount-path.js";
import { poolName } from "./pool-name.js";
import { poolSize } from "./pool-size.js";
import { reservedNetwork } from "./reserved-network.js";
import { rolloutProgress } from "./rollout-progress.js";
import type { Rule } from "./rule.js";
import { sessionTemplate } from "./session-template.js";
import { swapMemory } from "./swap-memory.js";
import { timeZone } from "./time-zone.js";
import { uniqueNames } from "./unique-names.js";
import { uniqueOutputs } from "./unique-outputs.js";
import { uniquePorts } from "./unique-ports.js";
import { webhookUrl } from "./webhook-url.js";

/** What must be true of a file beyond its shape. */
export const RULES: readonly Rule[] = [
  cronExpression,
  declaredParams,
  driverKeys,
  durationBounds,
  envText,
  errorTexts,
  imageReferences,
  jobChunks,
  jobParams,
  leaseTerms,
  logSize,
  maxMemory,
  memoryBounds,
  mountPath,
  poolName,
  poolSize,
  reservedNetwork,
  rolloutProgress,
  sessionTemplate,
  swapMemory,
  timeZone,
  uniqueNames,
  uniqueOutputs,
  uniquePorts,
  webhookUrl,
];
