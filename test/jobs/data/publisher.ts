// Publishes for ever: one of three results again and again, each whole or not at all. It is there to be killed.
import { sha256 } from "../../../src/model/canonical.js";
import { openedDirectory, publishFiles } from "./results.js";

const [dir = "", round = ""] = process.argv.slice(2);
const data = await openedDirectory(dir);
for (let count = 0; ; count += 1) {
  const text = sha256(`${round} ${count}`);
  const key = `key-${count % 3}`;
  await publishFiles(data, key, {
    "raw/a": text.repeat(1 + (count % 50)),
    "raw/sub/b": Buffer.alloc((count % 7) * 20_000, text),
    [`processed/${count % 5}`]: text,
  });
  if (count % 10 === 9) await data.prune(100_000, new Set([sha256("key-0")]));
  process.stdout.write(`${key} published\n`);
}
