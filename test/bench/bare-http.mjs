import { createServer } from "node:http";

/** What no server in Node can be faster than: one body of so many bytes for every request. Prints its port, or listens on a socket. */
const body = Buffer.alloc(Number(process.argv[2]), "x");
const server = createServer((_request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
  response.end(body);
});
const where = process.argv[3] === undefined ? { port: 0, host: "127.0.0.1" } : { path: process.argv[3] };
server.listen(where, () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : address);
});
