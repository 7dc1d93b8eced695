import { openWarm } from "../src/index.js";
await using warm = await openWarm({ file: "warm.yaml" });
await using lease = await warm.pool("renderer").lease({ bind: { env: { SCENE: "tower" } } });
const { exitCode, stdout } = await lease.exec(["render", "--out", "/work"]);
console.log(exitCode, stdout, lease.lost.aborted);
