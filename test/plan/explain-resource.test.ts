import { expect, it } from "vitest";
import { explainResource } from "../../src/plan/explain-resource.js";
import { planProject } from "../../src/plan/plan-project.js";
import { formatExplanation } from "../../src/report/format-explain.js";
import { makeStyle } from "../../src/report/text/style.js";
import { buildDesired, buildForeignContainer, buildObserved, buildWarm } from "./builders.js";

const plain = makeStyle({ color: false });
const limits = { memoryBytes: 2 ** 28, cpus: 0.5, pids: 64 };
const template = { env: { MODE: "fast" }, limits, lines: { "env.MODE": 7 } };
const desired = buildDesired({ templates: { a: template } });
const warm = buildWarm(desired);

function explain(address: string, host = warm, wanted = desired): string {
  const explanation = explainResource(address, wanted, host, planProject(wanted, host));
  return formatExplanation(explanation, plain);
}

it("a network is explained by its driver, and by what depends on it", () => {
  expect(explain("network.net")).toMatchInlineSnapshot(`
    "network.net is in sync
    network present

      FIELD   warm.yaml  LAST APPLIED  HOST
      driver  "bridge"   -             "bridge"

    - container.cyan-template-a depends on it

    warm apply would leave it as it is."
  `);
  expect(explain("network.net", buildObserved())).toMatchInlineSnapshot(`
    "network.net is out of sync: does not exist
    network missing

      FIELD   warm.yaml  LAST APPLIED  HOST
      driver  "bridge"   -             -

    - container.cyan-template-a depends on it

    warm apply would create it."
  `);
});

it("an image is explained by what the host has under its name", () => {
  expect(explain("image.img-a:1")).toMatchInlineSnapshot(`
    "image.img-a:1 is in sync
    image present

      FIELD  warm.yaml  LAST APPLIED  HOST
      image  "img-a:1"  -             "id-of-img-a:"

    - container.cyan-template-a depends on it

    warm apply would leave it as it is."
  `);
  expect(explain("image.img-a:1", buildObserved())).toMatchInlineSnapshot(`
    "image.img-a:1 is out of sync: not on the host
    image missing

      FIELD  warm.yaml  LAST APPLIED  HOST
      image  "img-a:1"  -             (not set)

    - container.cyan-template-a depends on it

    warm apply would pull it."
  `);
});

it("a template's volume is explained by the blob that it was seeded from", () => {
  expect(explain("volume.cyan-a")).toMatchInlineSnapshot(`
    "volume.cyan-a is in sync
    volume present

      FIELD  warm.yaml   LAST APPLIED  HOST
      blob   "blob-a:1"  "blob-a:1"    "id-of-blob-a"
      mount  "/data"     "/data"       -

    - depends on image.blob-a:1
    - container.cyan-template-a depends on it

    warm apply would leave it as it is."
  `);
  expect(explain("volume.cyan-a", buildObserved())).toMatchInlineSnapshot(`
    "volume.cyan-a is out of sync: does not exist
    volume missing

      FIELD  warm.yaml   LAST APPLIED  HOST
      blob   "blob-a:1"  -             -
      mount  "/data"     -             -

    - depends on image.blob-a:1
    - container.cyan-template-a depends on it

    warm apply would create it."
  `);
});

it("a template's container is explained by all that is set on it", () => {
  const other = buildWarm(
    buildDesired({ templates: { a: { ...template, env: { MODE: "slow" }, image: "img-b:1" } } }),
  );
  const images = [...warm.images, ...other.images];
  expect(explain("container.cyan-template-a", { ...other, images })).toMatchInlineSnapshot(`
    "container.cyan-template-a is out of sync: its configuration changed
    container running, unknown

       FIELD             warm.yaml          LAST APPLIED  HOST
       name              "cyan-template-a"  -             "cyan-template-a"
       state             "running"          -             "running"
    *  image             "img-a:1"          "img-b:1"     "id-of-img-b:"     changed in warm.yaml, forces replacement
       network           "net"              "net"         "net"
       volume            "cyan-a"           "cyan-a"      "cyan-a"
       mount             "/data"            "/data"       -
    *  env.MODE          "fast"             "slow"        -                  changed in warm.yaml:7, forces replacement
       resources.memory  256 MiB            256 MiB       256 MiB
       resources.cpus    0.5                0.5           0.5
       resources.pids    64                 64            64

    - depends on network.net
    - depends on image.img-a:1
    - depends on volume.cyan-a

    warm apply would replace it, as image, env.MODE cannot change in place."
  `);
  expect(explain("container.cyan-template-a", buildObserved())).toMatchInlineSnapshot(`
    "container.cyan-template-a is out of sync: does not exist
    container missing

      FIELD             warm.yaml          LAST APPLIED  HOST
      name              "cyan-template-a"  -             -
      state             "running"          -             (not set)
      image             "img-a:1"          -             -
      network           "net"              -             -
      volume            "cyan-a"           -             -
      mount             "/data"            -             -
      env.MODE          "fast"             -             -
      resources.memory  256 MiB            -             -
      resources.cpus    0.5                -             -
      resources.pids    64                 -             -

    - depends on network.net
    - depends on image.img-a:1
    - depends on volume.cyan-a

    warm apply would create it."
  `);
});

it("a name that is held by somebody else is told with who holds it", () => {
  const foreign = buildForeignContainer({ name: "cyan-template-a" });
  expect(
    explain("container.cyan-template-a", buildObserved({ containers: [foreign] })),
  ).toMatchInlineSnapshot(`
    "container.cyan-template-a is in conflict: the name is taken by a container that warm did not make
    container running, unknown

      FIELD             warm.yaml          LAST APPLIED  HOST
      name              "cyan-template-a"  -             "cyan-template-a"
      state             "running"          -             "running"
      image             "img-a:1"          -             "other"
      network           "net"              -             ""
      volume            "cyan-a"           -             ""
      mount             "/data"            -             -
      env.MODE          "fast"             -             -
      resources.memory  256 MiB            -             -
      resources.cpus    0.5                -             -
      resources.pids    64                 -             -

    - held by container cyan-template-a
    - depends on network.net
    - depends on image.img-a:1
    - depends on volume.cyan-a

    warm apply would not touch it until you decide: warm plan shows how, or change warm.yaml."
  `);
});

it("an address that nothing has is refused with the one that it looks like", () => {
  expect(() => explain("image.img-a:2")).toThrow("image.img-a:2: no such resource");
  expect(() => explain("image.img-a:2")).toThrow(
    expect.objectContaining({ code: "usage", hint: expect.stringContaining("image.img-a:1") }),
  );
});
