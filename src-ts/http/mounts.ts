/**
 * Where a route of Express is mounted, as a pattern. `req.baseUrl` has the parameters of mount paths filled in (`/orgs/17` for `/orgs/:org`) and is empty again
 * when an error has left the router, so the places are looked up in the routers themselves: once for each route and application. Which of them a request came
 * through, `req.baseUrl` tells.
 */

import { type Layer, matchLayer, UNKNOWN } from './layer';
import { readProperty } from './property';
import { pathOf } from './url';

type Stack = readonly Layer[];

/** An application; Express 4 has `_router`, Express 5 `router`. */
interface App {
  readonly _router?: { readonly stack?: Stack };
  readonly router?: { readonly stack?: Stack };
  /** Express 4, whose `router` is a getter that throws. */
  readonly lazyrouter?: unknown;
  readonly parent?: App;
}

/** What of a request the look-up needs. */
export interface MountedRequest {
  readonly url?: string | undefined;
  readonly originalUrl?: string;
}

/** The layers from the outermost application to a route. */
type Place = readonly Layer[];

/** A prefix that a request was found to have come by. */
interface Prefix {
  readonly pattern: string;
  /** What is left of the path. */
  readonly rest: string;
  readonly hasParams: boolean;
  /** Whether the place has no other pattern. */
  readonly isOnly: boolean;
}

/** The place that the last request came through, and by what one knows that the next one did so, too. */
interface Usual {
  readonly route: string;
  /** The `req.baseUrl` that means this place; `undefined` where parameters are in it: then it is the only place in this application. */
  readonly base: string | undefined;
  readonly app: App;
  readonly places: Places;
}

/** The places of a route in one application. */
interface Places {
  /** The layers of the outermost application, and how many there were; with more there may be more places. */
  readonly stack: Stack;
  readonly size: number;
  readonly found: readonly Place[];
  /** Layers with a path that may hide a router in a function of their own. */
  readonly hiding: readonly Place[];
}

/** What is known of a route. */
interface Known {
  usual: Usual | undefined;
  readonly places: WeakMap<App, Places>;
  /** Where it was found last: an error that has left an inner application leaves the request with the outer one, in which it can't be found. */
  found: readonly Place[];
  /** Literal prefixes that no layer was found for. */
  readonly literals: Set<string>;
}

/** So many prefixes that no layer was found for are believed to be without parameters. */
const MOST_LITERALS = 4;

const routes = new WeakMap<object, Known>();

/** The pattern of a route with all its prefixes, for a request that it answered. */
export function mountedRoute(route: object, routePath: string, request: MountedRequest): string {
  let known = routes.get(route);
  if (known === undefined) {
    known = { usual: undefined, places: new WeakMap(), found: [], literals: new Set() };
    routes.set(route, known);
  }
  const { usual } = known;
  if (usual !== undefined && isUsual(usual, request)) return usual.route;
  const baseUrl = readProperty(request, 'baseUrl');
  const base = typeof baseUrl === 'string' ? baseUrl : '';
  try {
    return lookUp(known, route, routePath, request, base) ?? literal(known, base, routePath);
  } catch {
    // Another framework that looks like Express, or a path that does not decode.
    return literal(known, base, routePath);
  }
}

function isUsual({ base, app, places }: Usual, request: MountedRequest): boolean {
  if (base !== undefined) return readProperty(request, 'baseUrl') === base;
  return readProperty(request, 'app') === app && places.stack.length === places.size;
}

function lookUp(known: Known, route: object, routePath: string, request: MountedRequest, base: string): string | undefined {
  const app = readProperty(request, 'app') as App | undefined;
  if (app === undefined || app === null) return undefined;
  const places = placesIn(known, route, app);
  const found = places.found.length === 0 ? known.found : places.found;
  // Without a base the route is at the top, or an error has left the router: then the whole path tells which it was.
  const prefix = base === '' ? firstPrefix(found, pathOf(request.originalUrl ?? request.url ?? ''), true) : firstPrefix(found, base, false);
  if (prefix !== undefined) {
    const pattern = joined(prefix.pattern, routePath);
    const isOnly = found.length === 1 && prefix.isOnly;
    if (!prefix.hasParams && (base !== '' || isOnly)) known.usual = { route: pattern, base, app, places };
    else if (isOnly) known.usual = { route: pattern, base: undefined, app, places };
    return pattern;
  }
  const hidden = base === '' ? undefined : firstPrefix(places.hiding, base, false);
  return hidden && joined(hidden.pattern, routePath);
}

function joined(prefix: string, routePath: string): string {
  return routePath === '/' && prefix !== '' ? prefix : prefix + routePath;
}

/** Behind a function of the user's routers can't be seen: a prefix that keeps changing has a parameter. */
function literal({ literals }: Known, base: string, routePath: string): string {
  if (literals.size < MOST_LITERALS) literals.add(base);
  return joined(base === '' || literals.has(base) ? base : UNKNOWN, routePath);
}

/** The places that are known, unless the application has got new layers since. */
function placesIn(known: Known, route: object, app: App): Places {
  const last = known.places.get(app);
  if (last !== undefined && last.stack.length === last.size) return last;
  const stack = stackOf(outermost(app));
  const search = new Search(route);
  search.walk(stack, [], innerApps(app));
  const places = { stack, size: stack.length, found: search.found, hiding: search.hiding };
  known.places.set(app, places);
  known.usual = undefined;
  if (places.found.length > 0) known.found = places.found;
  return places;
}

function outermost(app: App): App {
  let outer = app;
  while (outer.parent !== undefined) outer = outer.parent;
  return outer;
}

/** The applications inside the outermost one, down to this. */
function innerApps(app: App): App[] {
  const inner: App[] = [];
  for (let at = app; at.parent !== undefined; at = at.parent) inner.unshift(at);
  return inner;
}

function stackOf(app: App): Stack {
  return (app._router ?? (app.lazyrouter === undefined ? app.router : undefined))?.stack ?? [];
}

/** The prefix of the first place that the path leads to. The whole path has to lead to the route itself, a base only to its router. */
function firstPrefix(places: readonly Place[], path: string, isWhole: boolean): Prefix | undefined {
  for (const place of places) {
    const prefix = prefixOf(isWhole ? place.slice(0, -1) : place.filter(({ route }) => route === undefined), path);
    if (prefix !== undefined && (isWhole ? place.at(-1)?.match(prefix.rest || '/') : prefix.rest === '')) return prefix;
  }
  return undefined;
}

function prefixOf(layers: Place, path: string): Prefix | undefined {
  let pattern = '';
  let rest = path;
  let hasParams = false;
  let isOnly = true;
  for (const layer of layers) {
    const match = matchLayer(layer, rest || '/');
    if (match === undefined) return undefined;
    pattern += match.pattern;
    rest = rest.slice(match.taken.length);
    hasParams ||= match.hasParams;
    isOnly &&= match.isOnly;
  }
  return { pattern, rest, hasParams, isOnly };
}

/** Routers hold routers; more levels than this are a circle. */
const DEEPEST = 16;

/** Layers that are looked at in one search: routers that are mounted twice on each level multiply. */
const MOST_LAYERS = 20_000;

/** A look for a route in all routers that can be reached. */
class Search {
  readonly found: Place[] = [];
  readonly hiding: Place[] = [];
  private left = MOST_LAYERS;

  constructor(private readonly route: object) {}

  /** `inner` are the applications that are still to be entered on the way. */
  walk(stack: Stack, above: Place, inner: readonly App[]): void {
    if (above.length > DEEPEST) return;
    for (const layer of stack) {
      this.left -= 1;
      if (this.left < 0) return;
      if (layer.route === this.route) this.found.push([...above, layer]);
      if (layer.route !== undefined) continue;
      const place = [...above, layer];
      const below = (layer.handle as { stack?: unknown }).stack;
      if (Array.isArray(below)) this.walk(below, place, inner);
      // Express mounts an application by a function of this name.
      else if (layer.name === 'mounted_app' && inner.length > 0) this.walk(stackOf(inner[0]), place, inner.slice(1));
      else if (matchLayer(layer, '/') === undefined) this.hiding.push(place);
    }
  }
}
