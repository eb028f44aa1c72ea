/** What a client of the driver consists of once it has connected, by the shape of its objects: a topology of servers, each with a pool of connections. */
import { type Fields, fieldsOf } from '../messaging/fields';

/** A client, as far as it is known here. */
export interface Client {
  monitorCommands?: unknown;
  readonly topology?: unknown;
  on(event: string, listener: (event: Fields) => void): unknown;
  off(event: string, listener: (event: Fields) => void): unknown;
}

/** A connection. */
export interface Connection {
  readonly address?: unknown;
  monitorCommands?: unknown;
}

/** The connections to one server. */
export interface Pool {
  /** What each new connection is made with; frozen, but not for good. */
  options: Fields;
  /** Those that are free, and those that are used. */
  readonly connections: Iterable<Connection>;
  readonly checkedOut: Iterable<Connection>;
  /** How many are being made. */
  readonly pending?: unknown;
}

/** The pools of a client: none before it connects; undefined where they are not what they are known to be. */
export function poolsOf(client: Client): readonly Pool[] | undefined {
  const { topology } = client;
  if (topology === undefined || topology === null) return [];
  const servers = fieldsOf(fieldsOf(topology)?.['s'])?.['servers'];
  if (!(servers instanceof Map)) return undefined;
  const pools: Pool[] = [];
  for (const server of servers.values()) {
    const pool = fieldsOf(server)?.['pool'];
    if (!isPool(pool)) return undefined;
    pools.push(pool);
  }
  return pools;
}

function isPool(value: unknown): value is Pool {
  const pool = fieldsOf(value);
  return pool !== undefined && fieldsOf(pool['options']) !== undefined && isIterable(pool['connections']) && isIterable(pool['checkedOut']);
}

function isIterable(value: unknown): boolean {
  return typeof (value as Iterable<unknown> | undefined)?.[Symbol.iterator] === 'function';
}

/** The connections of a pool, all of them. */
export function* connectionsOf(pool: Pool): Generator<Connection> {
  yield* pool.checkedOut;
  yield* pool.connections;
}

/** Has the driver tell of the commands of a client, also of one that has connected; false where that cannot be done. */
export function monitorCommands(client: Client): boolean {
  client.monitorCommands = true;
  if (client.monitorCommands !== true) return false;
  const pools = poolsOf(client);
  if (pools === undefined) return false;
  if (!monitorPools(pools)) return true;
  // A connection that is being made has copied its options already.
  const ready = (): void =>
    queueMicrotask(() => {
      // It is in its pool by now, and nobody has used it yet.
      if (!monitorPools(poolsOf(client) ?? [])) client.off('connectionReady', ready);
    });
  client.on('connectionReady', ready);
  return true;
}

/** Has connections tell of their commands, those that there are and those to come; true when some are being made that will not. */
function monitorPools(pools: readonly Pool[]): boolean {
  let pending = false;
  for (const pool of pools) {
    for (const connection of connectionsOf(pool)) connection.monitorCommands = true;
    if (pool.options['monitorCommands'] !== true) pool.options = Object.freeze({ ...pool.options, monitorCommands: true });
    pending ||= typeof pool.pending === 'number' && pool.pending > 0;
  }
  return pending;
}
