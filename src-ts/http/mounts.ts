/**
 * Where a route of Express is mounted, as a pattern. `req.baseUrl` has the parameters of mount paths filled in (`/orgs/17` for `/orgs/:org`) and is empty again
 * when an error has left the router, so the prefix is looked up in the routers themselves: once for each route, then remembered.
 */

import { pathOf } from './url';

/** What Express 4 and 5 have in a router's stack. */
interface Layer {
  readonly route?: object;
  readonly handle?: { readonly stack?: unknown };
  /** Where older routers keep the last match. */
  readonly path?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  match(path: string): boolean | Match;
}

/** The part of the path that a layer took, the parameters in it, and, from router 2.3 on, the pattern that they come from. */
interface Match {
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly pattern?: unknown;
}

function matchLayer(layer: Layer, path: string): Match | undefined {
  const match = layer.match(path);
  if (match === true) return { path: layer.path ?? '', params: layer.params ?? {} };
  return match || undefined;
}

interface App {
  readonly _router?: { readonly stack: readonly Layer[] };
  readonly router?: { readonly stack: readonly Layer[] };
  readonly parent?: App;
  readonly mountpath?: unknown;
}

/** What of a request the look-up needs. */
export interface MountedRequest {
  readonly url?: string | undefined;
  readonly originalUrl?: string;
  readonly app?: unknown;
}

/** A prefix that a route was found under. */
interface Mount {
  /** Its segments; `undefined` for those with a parameter. */
  readonly segments: readonly (string | undefined)[];
  /** The prefix and the route's own path. */
  readonly route: string;
}

/** A router mounted in more places than this, or a route that was looked for in vain so often, is not looked up again. */
const MOST_MOUNTS = 16;
const MOST_FAILURES = 4;

/** A segment that no application uses: what matches it is a parameter. */
const PROBE = 'obs0probe0segment';

interface Known {
  readonly mounts: Mount[];
  failures: number;
}

const routes = new WeakMap<object, Known>();

/** The pattern of a route with all its prefixes, for the path that a request asked for; `undefined` when its router cannot be found. */
export function mountedRoute(route: object, routePath: string, request: MountedRequest): string | undefined {
  let known = routes.get(route);
  if (known === undefined) {
    known = { mounts: [], failures: 0 };
    routes.set(route, known);
  }
  const { mounts } = known;
  // Nearly every route has one place, and at the top it has no prefix to compare.
  if (mounts.length === 1 && mounts[0].segments.length === 0) return mounts[0].route;
  const target = request.originalUrl ?? request.url ?? '';
  for (const mount of mounts) if (covers(mount.segments, target)) return mount.route;
  if (known.failures >= MOST_FAILURES || mounts.length >= MOST_MOUNTS) return undefined;
  const mount = lookUp(route, routePath, request.app as App | undefined, pathOf(target));
  if (mount === undefined) known.failures += 1;
  else mounts.push(mount);
  return mount?.route;
}

/** Whether a path begins with these segments. */
function covers(segments: readonly (string | undefined)[], target: string): boolean {
  let at = 0;
  for (const segment of segments) {
    if (target.charCodeAt(at) !== 47 /* / */) return false;
    at += 1;
    const end = endOfSegment(target, at);
    // Express compares without case unless told otherwise, and so does this: a prefix is only ever looked up for one route.
    if (end === at || (segment !== undefined && (end - at !== segment.length || target.slice(at, end).toLowerCase() !== segment))) return false;
    at = end;
  }
  return true;
}

function endOfSegment(target: string, from: number): number {
  for (let i = from; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code === 47 /* / */ || code === 63 /* ? */) return i;
  }
  return target.length;
}

function lookUp(route: object, routePath: string, app: App | undefined, path: string): Mount | undefined {
  try {
    if (app === undefined || app === null) return undefined;
    const outside = patternOfApp(app);
    if (outside === undefined) return undefined;
    const inside = patternInside(stackOf(app), route, skipSegments(path, outside), 0);
    if (inside === undefined) return undefined;
    const pattern = outside + inside;
    const segments = pattern.split('/').slice(1);
    return {
      segments: segments.map((segment) => (segment.includes(':') ? undefined : segment.toLowerCase())),
      route: routePath === '/' && pattern !== '' ? pattern : pattern + routePath,
    };
  } catch {
    // Another framework that looks like Express, or a path that does not decode: the caller falls back.
    return undefined;
  }
}

/** The patterns that an application and those around it are mounted at; `undefined` when one of them is no plain string. */
function patternOfApp(app: App): string | undefined {
  let pattern = '';
  for (let inner: App | undefined = app; inner?.parent !== undefined; inner = inner.parent) {
    if (typeof inner.mountpath !== 'string') return undefined;
    pattern = (inner.mountpath === '/' ? '' : inner.mountpath) + pattern;
  }
  return pattern;
}

/** The path without as many segments as the pattern has. */
function skipSegments(path: string, pattern: string): string {
  let at = 0;
  for (let left = pattern.split('/').length - 1; left > 0 && at < path.length; left--) at = endOfSegment(path, at + 1);
  return path.slice(at);
}

/** `router` of Express 4 is a getter that throws, so `_router`, which only Express 4 has, comes first. */
function stackOf(app: App): readonly Layer[] {
  return (app._router ?? app.router)?.stack ?? [];
}

/** Routers hold routers; more levels than this are a circle. */
const DEEPEST = 16;

/** The pattern of the routers between a stack and the route, along the layers that match the path. */
function patternInside(stack: readonly Layer[], route: object, path: string, depth: number): string | undefined {
  if (stack.some((layer) => layer.route === route)) return '';
  if (depth > DEEPEST) return undefined;
  for (const layer of stack) {
    const inner = layer.handle?.stack;
    const match = Array.isArray(inner) ? matchLayer(layer, path) : undefined;
    if (match === undefined) continue;
    const below = patternInside(inner as Layer[], route, path.slice(match.path.length), depth + 1);
    if (below !== undefined) return patternOfMatch(layer, match) + below;
  }
  return undefined;
}

/** The part of a path that a layer took, with the parameters in it named. Where the router does not keep the pattern, the layer is asked. */
function patternOfMatch(layer: Layer, match: Match): string {
  if (typeof match.pattern === 'string') return match.pattern.replace(/\/$/, '');
  const segments = match.path.replace(/\/$/, '').split('/');
  const left = new Map(Object.entries(match.params).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  for (let i = 1; i < segments.length && left.size > 0; i++) {
    const probed = segments.map((segment, at) => (at === i ? PROBE : segment));
    const params = matchLayer(layer, probed.join('/'))?.params ?? {};
    const name = Object.entries(params).find(([, value]) => value === PROBE)?.[0];
    if (name === undefined) continue;
    segments[i] = `:${name}`;
    left.delete(name);
  }
  // A parameter that is only a part of its segment (`/v:version`), or that takes nothing like the probe (`/:id(\\d+)`).
  for (const [name, value] of left) {
    const i = segments.findLastIndex((segment) => !segment.startsWith(':') && value !== '' && decodeURIComponent(segment).includes(value));
    if (i !== -1) segments[i] = decodeURIComponent(segments[i]).replace(value, `:${name}`);
  }
  return segments.join('/');
}
