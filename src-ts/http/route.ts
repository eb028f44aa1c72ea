/** The route of a request as Express left it on the request, read when the response ends, so that Express is not patched. */

import type { IncomingMessage } from 'node:http';
import { mountedRoute } from './mounts';
import { readProperty } from './property';

/** The route's pattern with the prefixes it is mounted under (`/orgs/:org/users/:id`); `undefined` when no route matched, or without Express. */
export function routeOf(request: IncomingMessage): string | undefined {
  const route = readProperty(request, 'route') as { path?: unknown } | null | undefined;
  if (route === undefined || route === null || route.path === undefined) return undefined;
  return mountedRoute(route, typeof route.path === 'string' ? route.path : String(route.path), request);
}

/** Span names made so far, by method and route: the recorder finds a name that it has seen by its identity. Cleared when full. */
const REMEMBERED_NAMES = 1024;
const names = new Map<string, Map<string, string>>();
let remembered = 0;

/** `GET /users/:id`. */
export function spanName(method: string, route: string): string {
  let byRoute = names.get(method);
  if (byRoute === undefined) {
    byRoute = new Map();
    names.set(method, byRoute);
  }
  let name = byRoute.get(route);
  if (name === undefined) {
    if (remembered >= REMEMBERED_NAMES) {
      names.clear();
      remembered = 0;
      byRoute = new Map();
      names.set(method, byRoute);
    }
    name = `${method} ${route}`;
    byRoute.set(route, name);
    remembered += 1;
  }
  return name;
}
