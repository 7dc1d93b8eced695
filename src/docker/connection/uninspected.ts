import { inspect } from "node:util";

/**
 * To be spread into an HTTP request's headers, which may carry a password: `NODE_DEBUG=http` and docker-modem's
 * `DEBUG` print a request's options, and show these words in their place. No header is sent by it.
 */
export const uninspected = { [inspect.custom]: () => "(headers)" } as const;
