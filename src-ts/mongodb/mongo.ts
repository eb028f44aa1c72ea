/** Clients of MongoDB's driver for Node, `mongodb`. */
import { describe } from '../http/warnings';
import { type Fields, fieldsOf } from '../messaging/fields';
import { warnOnce } from '../native/warn';
import { Commands } from './commands';
import { type Client, monitorCommands } from './driver';
import { Servers } from './servers';

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
 * Traces a client of MongoDB and returns it: each command becomes a client span, child of the span that is active where it was called. It turns the
 * driver's command monitoring on, also where the client has connected already. A second call changes nothing.
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
  return typeof methods?.['on'] === 'function' && typeof methods['off'] === 'function' && typeof methods['db'] === 'function';
}

function trace(client: TracedClient, queryText: boolean): void {
  Object.defineProperty(client, TRACED, { value: true });
  if (!monitorCommands(client)) {
    warnOnce(
      'OBS_MONGO_NOT_MONITORED',
      "a client of MongoDB does not tell its commands, so that they make no spans; call instrumentMongo before it connects, or make it with the driver's option { monitorCommands: true }.",
    );
  }
  const commands = new Commands(new Servers(client), queryText);
  client.on(
    'commandStarted',
    guarded((event) => commands.start(event)),
  );
  client.on(
    'commandSucceeded',
    guarded((event) => commands.succeed(event)),
  );
  client.on(
    'commandFailed',
    guarded((event) => commands.fail(event)),
  );
  client.on(
    'topologyClosed',
    guarded(() => commands.loseAll()),
  );
}

/** A listener that throws nothing: the driver would take it for a failure of the command. */
function guarded(listener: (event: Fields) => void): (event: Fields) => void {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      warnOnce('OBS_MONGO_FAILED', `a command of MongoDB could not be traced (${describe(error)}); it runs as without tracing.`);
    }
  };
}
