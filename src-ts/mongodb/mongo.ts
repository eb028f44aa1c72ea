/** Clients of MongoDB's driver for Node, `mongodb`. */
import { describe } from '../http/warnings';
import { type Fields, fieldsOf } from '../messaging/fields';
import { warnOnce } from '../native/warn';
import { Commands } from './commands';
import { Connections } from './connections';
import type { Client } from './driver';
import { CommandEvents } from './events';
import { guarded } from './guard';
import { keepContexts } from './waiting';

/** A client as `mongodb` makes it. */
export interface MongoClientLike {
  on(...args: never[]): unknown;
  db(...args: never[]): unknown;
}

/** Options of {@link instrumentMongo}. */
export interface MongoOptions {
  /** Adds each command as `db.query.text`: its keys, with `?` in place of every value. Default: false. */
  queryText?: boolean;
}

/** Marks a client that is traced; registered, so that two copies of this package see each other's. */
const TRACED = Symbol.for('@manifest-cyber/observability-ts.mongodb');

/**
 * Traces a client of MongoDB and returns it: each command becomes a client span, child of the span that is active where it was called, also where the
 * client has connected already. A second call changes nothing.
 *
 * @example
 * const client = instrumentMongo(new MongoClient('mongodb://localhost:27017'));
 */
export function instrumentMongo<C extends MongoClientLike>(client: C, options?: MongoOptions): C {
  try {
    if (!isClient(client)) {
      warnOnce('OBS_MONGO_NO_CLIENT', 'instrumentMongo was given something else than a client of mongodb; it is left as it is.');
    } else if (client[TRACED] === undefined) {
      trace(client, options?.queryText === true);
    }
  } catch (error) {
    warnOnce('OBS_MONGO_FAILED', `a client of MongoDB could not be traced (${describe(error)}); it works as without tracing.`);
  }
  return client;
}

/** Whether {@link instrumentMongo} has traced a client already. */
export function isTracedMongo(client: MongoClientLike): boolean {
  return TRACED in client;
}

type TracedClient = Client & { [TRACED]?: true };

function isClient(client: unknown): client is TracedClient {
  const methods = fieldsOf(client);
  return ['on', 'listenerCount', 'db'].every((name) => typeof methods?.[name] === 'function');
}

/**
 * Connections are traced one by one. The driver tells commands, too (its command monitoring), which is what is documented, but costs half as much again as
 * a query itself (docs/adr/0006): that is the way where the connections can't be found.
 */
function trace(client: TracedClient, queryText: boolean): void {
  Object.defineProperty(client, TRACED, { value: true });
  const monitored = client.monitorCommands === true;
  // Connections take it over when they are made.
  client.monitorCommands = true;
  const commands = new Commands(queryText);
  const connections = new Connections(client, commands, monitored);
  const events = new CommandEvents(commands);
  const connected = client.topology !== undefined && client.topology !== null;
  let found = false;
  const adopt = (): void => {
    found = connections.adopt();
    if (found || !connected || monitored) return;
    warnOnce(
      'OBS_MONGO_CONNECTED',
      "a client of MongoDB had connected before instrumentMongo, in a version of the driver that is not known: its commands make no spans. Call instrumentMongo before it connects, or make it with the driver's option { monitorCommands: true }.",
    );
  };
  if (connected) {
    adopt();
    keepContexts(client);
  }
  const listen = (event: string, listener: (event: Fields) => void): void => {
    client.on(event, (told) => guarded(listener, told));
  };
  // Nobody has asked the pool for a connection by then.
  listen('connectionPoolCreated', () => keepContexts(client));
  // The connection is in its pool as soon as the listeners have returned, and nobody has used it by then.
  listen('connectionReady', () => queueMicrotask(() => guarded(adopt)));
  listen('commandStarted', (event) => {
    if (!found) events.started(event);
  });
  listen('commandSucceeded', (event) => events.succeeded(event));
  listen('commandFailed', (event) => events.failed(event));
  listen('topologyClosed', () => commands.loseAll());
}
