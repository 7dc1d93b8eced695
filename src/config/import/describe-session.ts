import type { FoundHost } from "../../model/found-host.js";
import type { ObservedContainer } from "../../model/observed.js";
import { tellMakers } from "./describe-template.js";
import type { Entry } from "./entry.js";
import type { SessionFacts } from "./gather-facts.js";
import { nameImage } from "./name-image.js";
import { restoreId } from "./parse-names.js";

/** A session by its volume, and by the containers of processors and plugins that work in it. @param templates ids of the file */
export function describeSession(
  { session, tid, volume, processors, plugins }: SessionFacts,
  found: FoundHost,
  templates: ReadonlySet<string>,
): Entry {
  const template = restoreId(tid);
  const images = { processors: imagesOf(processors, found), plugins: imagesOf(plugins, found) };
  const workers = [...processors, ...plugins].map(({ name }) => `container ${name}`);
  const parts = [`volume ${volume.name}`, ...workers].join(", ");
  return {
    id: session,
    value: {
      template,
      ...(images.processors.length === 0 ? {} : { processors: images.processors }),
      ...(images.plugins.length === 0 ? {} : { plugins: images.plugins }),
    },
    origin: [`From ${parts}; ${tellMakers([volume])}.`],
    remarks: [],
    missing: templates.has(template) ? [] : [`its template ${template}, which has to be declared first`],
    toCheck: [],
  };
}

function imagesOf(containers: readonly ObservedContainer[], found: FoundHost): string[] {
  const references = containers.flatMap((container) => {
    const asked = found.settings.get(container.id)?.image ?? "";
    return nameImage(container, asked, found)?.reference ?? [];
  });
  return [...new Set(references)].sort();
}
