import assert from "node:assert/strict";
import { startDaemon } from "../rig/docker-daemon.js";
import { keepPool, RESET } from "./kept-pool.js";
import { codeOf, release, shell } from "./pool-clients.js";

/** What `pool-docker-restarts.test.ts` runs in namespaces of its own; ends with an error if anything is not as it says. */
