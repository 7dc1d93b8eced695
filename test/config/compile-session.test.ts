import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/load-config.js";

const parse = (text: string) => parseConfig({ text, file: "warm.yaml", directory: "/srv/project", env: {} });

test("a session is a volume beside its images, which are joined with those of templates", async () => {
  const text = `version: 1
project: demo
sessions:
  pr-1:
    template: my-web
    processors: [acme/processor, acme/both]
    plugins:
      - acme/both:latest
      - acme/plugin
    ttl: 90m
  later: { template: my-web, plugins: [acme/plugin] }
templates:
  my-web: { image: nginx, blob: acme/both }
`;
  const { desired, notes } = await parse(text);
  expect(notes).toEqual([]);
  const images = desired.resources.filter(({ kind }) => kind === "image");
  expect(images.map(({ name, lines }) => [name, lines[""]])).toEqual([
    ["acme/both:latest", 6],
    ["acme/plugin:latest", 9],
    ["acme/processor:latest", 6],
    ["nginx:latest", 13],
  ]);
  expect(desired.resources.slice(-2)).toMatchInlineSnapshot(`
    [
      {
        "address": "volume.cyan-myweb-later",
        "dependsOn": [],
        "isForgotten": false,
        "kind": "volume",
        "lines": {
          "": 11,
          "session": 11,
          "template": 11,
        },
        "name": "cyan-myweb-later",
        "role": "session",
        "session": "later",
        "tid": "myweb",
        "ttlMs": undefined,
      },
      {
        "address": "volume.cyan-myweb-pr-1",
        "dependsOn": [],
        "isForgotten": false,
        "kind": "volume",
        "lines": {
          "": 4,
          "session": 4,
          "template": 5,
          "ttl": 10,
        },
        "name": "cyan-myweb-pr-1",
        "role": "session",
        "session": "pr-1",
        "tid": "myweb",
        "ttlMs": 5400000,
      },
    ]
  `);
});
