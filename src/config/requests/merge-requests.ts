import { stripDashes } from "../../model/names.js";
import { isOver, type RuntimeRequest } from "../../model/request.js";
import { compileDesired } from "../compile-desired.js";
import type { SessionConfig, TemplateConfig } from "../config.js";
import type { LoadedConfig } from "../load-config.js";
import { normalizeTemplate } from "../normalize/normalize.js";

/**
 * A file with what was asked for beside it. The file has the last word on each id; a template that is over is wanted no
 * more, a session that is over is wanted gone.
 * @param nowMs by the clock that the requests' times are of
 */
export function mergeRequests(
  loaded: LoadedConfig,
  requests: readonly RuntimeRequest[],
  nowMs: number,
): LoadedConfig {
  const { config, positions } = loaded;
  const tids = new Set(config.templates.map(({ id }) => stripDashes(id)));
  const sessionIds = new Set(config.sessions.map(({ id }) => id));
  const templates = requests.flatMap((request): TemplateConfig[] => {
    if (request.kind !== "template" || isOver(request, nowMs) || tids.has(stripDashes(request.id))) return [];
    tids.add(stripDashes(request.id));
    const { id, image, blob } = request;
    return [normalizeTemplate(id, { image, blob }, new Map())];
  });
  const sessions = requests.flatMap((request): SessionConfig[] => {
    if (request.kind !== "session" || sessionIds.has(request.id)) return [];
    const { id, template, processors, plugins } = request;
    const isForgotten = request.isForgotten || isOver(request, nowMs);
    return [{ id, template, processors, plugins, ttlMs: undefined, isForgotten }];
  });
  if (templates.length + sessions.length === 0) return loaded;
  const merged = {
    ...config,
    templates: sortById([...config.templates, ...templates]),
    sessions: sortById([...config.sessions, ...sessions]),
  };
  return { ...loaded, config: merged, desired: compileDesired(merged, positions) };
}

const sortById = <Item extends { readonly id: string }>(items: readonly Item[]): Item[] =>
  [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
