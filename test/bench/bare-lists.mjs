// The reference of the no-change bench: node's start-up and the list calls, nothing else.
import { request } from "node:http";

const socketPath = (process.env.DOCKER_HOST ?? "").slice("unix://".length);
/** @param {string} path @returns {Promise<any>} */
const get = (path) =>
  new Promise((resolve, reject) => {
    const call = request({ socketPath, path }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => {
        text += chunk;
      });
      answer.on("end", () => resolve(JSON.parse(text)));
    });
    call.on("error", reject);
    call.end();
  });
const { ApiVersion } = await get("/version");
const lists = ["/info", "/images/json", "/networks", "/volumes", "/containers/json?all=1"];
await Promise.all(lists.map((path) => get(`/v${ApiVersion}${path}`)));
