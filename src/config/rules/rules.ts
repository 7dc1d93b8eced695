import { declaredParams } from "./declared-params.js";
import { durationBounds } from "./duration-bounds.js";
import { envText } from "./env-text.js";
import { imageReferences } from "./image-references.js";
import { memoryBounds } from "./memory-bounds.js";
import { mountPath } from "./mount-path.js";
import { poolSize } from "./pool-size.js";
import { reservedNetwork } from "./reserved-network.js";
import type { Rule } from "./rule.js";
import { sessionTemplate } from "./session-template.js";
import { uniqueNames } from "./unique-names.js";
import { uniqueOutputs } from "./unique-outputs.js";
import { webhookUrl } from "./webhook-url.js";

/** What must be true of a file beyond its shape. */
export const RULES: readonly Rule[] = [
  declaredParams,
  durationBounds,
  envText,
  imageReferences,
  memoryBounds,
  mountPath,
  poolSize,
  reservedNetwork,
  sessionTemplate,
  uniqueNames,
  uniqueOutputs,
  webhookUrl,
];
