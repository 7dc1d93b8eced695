import { Counter, Histogram, type Registry } from "prom-client";
import { createBoundedLabel } from "./bounded-label.js";

export interface HttpMetrics {
  /**
   * A request was answered.
   * @param route its pattern, `/v1/jobs/:id`; never a path as it was sent
   */
  observe(route: string, method: string, status: number, seconds: number): void;
}

/** Seconds, from 1 ms to ten minutes: some calls wait for what they ask for. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];
/** Far more than there are. */
const MOST_ROUTES = 100;
const MOST_METHODS = 10;

export function createHttpMetrics(registry: Registry): HttpMetrics {
  const registers = [registry];
  const routeOf = createBoundedLabel(MOST_ROUTES);
  const methodOf = createBoundedLabel(MOST_METHODS);
  const answered = new Counter({
    ...{ name: "warm_http_requests_total", help: "Requests answered." },
    ...{ labelNames: ["route", "method", "status"], registers },
  });
  const taken = new Histogram({
    ...{ name: "warm_http_request_seconds", help: "Seconds until a request was answered." },
    ...{ labelNames: ["route", "method"], buckets: BUCKETS, registers },
  });
  return {
    observe(asked, by, status, seconds) {
      const [route, method] = [routeOf(asked), methodOf(by)];
      answered.inc({ route, method, status });
      taken.observe({ route, method }, seconds);
    },
  };
}
