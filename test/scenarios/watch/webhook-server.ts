import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface Delivery {
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface WebhookServer {
  readonly url: string;
  readonly port: number;
  /** What was posted so far, what was refused too. */
  readonly deliveries: Delivery[];
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Takes what is posted to it.
 * @param answer the status of the nth delivery, from 1; `hang` never answers
 */
export async function startWebhook(
  answer: (nth: number) => number | "hang" = () => 204,
  port = 0,
): Promise<WebhookServer> {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Delivery["body"];
    deliveries.push({ path: request.url ?? "", contentType: request.headers["content-type"], body });
    const status = answer(deliveries.length);
    if (status !== "hang") response.writeHead(status).end();
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}/hook`,
    port: taken,
    deliveries,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
