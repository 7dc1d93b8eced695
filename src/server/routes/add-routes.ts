import type { FastifyInstance } from "fastify";
import { addCyanprintRoutes } from "./cyanprint.js";
import { addEngineRoutes } from "./engines.js";
import { addEventRoutes } from "./events.js";
import { addHealthRoutes } from "./health.js";
import { addJobResultRoute } from "./job-result.js";
import { addJobRoutes } from "./jobs.js";
import { addLeaseRoutes } from "./leases.js";
import { addPlanRoutes } from "./plan.js";
import type { RouteTools } from "./route-tools.js";
import { addStatusRoutes } from "./status.js";

/** All that can be asked (design, section 10). */
export function addRoutes(app: FastifyInstance, tools: RouteTools): void {
  addHealthRoutes(app, tools);
  addCyanprintRoutes(app, tools);
  addStatusRoutes(app, tools);
  addPlanRoutes(app, tools);
  addEventRoutes(app, tools);
  addEngineRoutes(app, tools);
  addLeaseRoutes(app, tools);
  addJobRoutes(app, tools);
  addJobResultRoute(app, tools);
}
