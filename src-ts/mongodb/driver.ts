/**
 * What a client of the driver is made of once it has connected, by the shape of its objects: a topology of servers, each with a pool of connections. That
 * is no documented interface, so nothing here may be relied on to be there.
 */
import { type Fields, fieldsOf } from '../messaging/fields';

/** What a client emits for each command, where it is monitored. */
export const COMMAND_EVENTS = ['commandStarted', 'commandSucceeded', 'commandFailed'] as const;

/** A client, as far as it is known here. */
export interface Client {
  monitorCommands?: unknown;
  readonly topology?: unknown;
  on(event: string, listener: (event: Fields) => void): unknown;
  listenerCount(event: string): number;
}

/** A connection. Each command of its client, but for the handshake's, is one call of `command`. */
export interface Connection {
  monitorCommands?: unknown;
  command(...args: unknown[]): PromiseLike<unknown>;
}

/** The connections to one server. */
export interface Pool {
  /** What the server is called. */
  readonly hostAddress: Fields | undefined;
  readonly connections: readonly Connection[];
}

/** The pools of a client: none before it connects; undefined where they are not what they are known to be. */
export function poolsOf(client: Client): readonly Pool[] | undefined {
  const { topology } = client;
  if (topology === undefined || topology === null) return [];
  const inner = innerPoolsOf(client);
  if (inner === undefined) return undefined;
  const pools: Pool[] = [];
  for (const each of inner) {
    const pool = poolOf(each);
    if (pool === undefined) return undefined;
    pools.push(pool);
  }
  return pools;
}

/** A pool of a version before 6.4, which is asked for a connection with a callback. */
export interface CallbackPool {
  checkOut(callback: (...args: unknown[]) => void): void;
}

/** The pools of a client, where they are such. */
export function callbackPoolsOf(client: Client): readonly CallbackPool[] {
  return (innerPoolsOf(client) ?? []).filter(isCallbackPool);
}

function isCallbackPool(pool: Fields | undefined): pool is Fields & CallbackPool {
  return typeof pool?.['checkOut'] === 'function' && typeof pool['withConnection'] === 'function';
}

/** The driver's own pools; undefined where its servers are not what they are known to be. */
function innerPoolsOf({ topology }: Client): readonly (Fields | undefined)[] | undefined {
  const servers = fieldsOf(fieldsOf(topology)?.['s'])?.['servers'];
  return servers instanceof Map ? Array.from(servers.values(), (server) => fieldsOf(fieldsOf(server)?.['pool'])) : undefined;
}

function poolOf(pool: Fields | undefined): Pool | undefined {
  if (pool === undefined) return undefined;
  const free = memberOf(pool, 'connections');
  const used = memberOf(pool, 'checkedOut');
  if (!isIterable(free) || !isIterable(used)) return undefined;
  const connections = [...used, ...free];
  if (!connections.every(isConnection)) return undefined;
  return { hostAddress: fieldsOf(fieldsOf(pool['options'])?.['hostAddress']), connections };
}

/** A member by its name, or by the symbol that the driver had for it before 6.13. */
function memberOf(object: Fields, name: string): unknown {
  if (name in object) return object[name];
  const symbol = Object.getOwnPropertySymbols(object).find(({ description }) => description === name);
  return symbol === undefined ? undefined : (object as Readonly<Record<symbol, unknown>>)[symbol];
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Iterable<unknown> | undefined)?.[Symbol.iterator] === 'function';
}

/** Before 6.4 `command` took a callback, and `commandAsync` was beside it. */
function isConnection(value: unknown): value is Connection {
  const members = fieldsOf(value);
  return typeof members?.['command'] === 'function' && members['commandAsync'] === undefined;
}

/** Whether OpenTelemetry's own instrumentation wraps the connection's `command`; connections that encrypt have one of their own above it. */
export function isTracedAlready(connection: Connection): boolean {
  for (let at: unknown = connection; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    const own: unknown = Object.getOwnPropertyDescriptor(at, 'command')?.value;
    if ((own as { readonly __wrapped?: unknown } | undefined)?.__wrapped === true) return true;
  }
  return false;
}
