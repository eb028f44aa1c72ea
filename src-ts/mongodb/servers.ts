/** The servers that a client talks to, and the commands that it has sent them. */
import { parseHost } from '../http/url';
import { fieldsOf } from '../messaging/fields';
import type { AttributeList } from '../trace/starter';
import { type Client, type Connection, connectionsOf, type Pool, poolsOf } from './driver';
import * as names from './semantics';

/** A command on a collection of a server. */
export interface Operation {
  readonly spanName: string;
  /** The attributes of each such command, to be copied. */
  readonly attributes: AttributeList;
}

/** Operations are kept up to this many a server, so that equal names are the same string; further ones are made anew. */
const MAX_KEPT_OPERATIONS = 1024;

/** Servers are kept up to this many. Connections through a Unix socket have an address each. */
const MAX_KEPT_SERVERS = 256;

/** One server. */
export class Server {
  private readonly kept = new Map<string, Map<string, Map<string, Operation>>>();
  private count = 0;

  constructor(private readonly attributes: AttributeList) {}

  /** A command on a collection of a database; without a collection, an empty name. */
  operation(name: string, database: string, collection: string): Operation {
    const kept = this.kept.get(name)?.get(database)?.get(collection);
    if (kept !== undefined) return kept;
    const made = this.make(name, database, collection);
    if (this.count < MAX_KEPT_OPERATIONS) {
      this.count++;
      inner(inner(this.kept, name), database).set(collection, made);
    }
    return made;
  }

  private make(name: string, database: string, collection: string): Operation {
    // biome-ignore format: one attribute a line
    const attributes: AttributeList = [
      names.SYSTEM_NAME, names.MONGODB,
      names.OPERATION_NAME, name,
      names.NAMESPACE, database,
      ...this.attributes,
    ];
    if (collection === '') return { spanName: name, attributes };
    attributes.push(names.COLLECTION_NAME, collection);
    return { spanName: `${name} ${collection}`, attributes };
  }
}

function inner<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}

/** The servers of one client. */
export class Servers {
  private readonly known = new Map<string, Server>();
  /** What the connections of the client inherit their `command` from. */
  private sender: { readonly command?: unknown } | undefined;

  constructor(private readonly client: Client) {}

  /** The server at the other end of a connection. */
  of(address: string): Server {
    let server = this.known.get(address);
    if (server === undefined) {
      server = new Server(this.attributesOf(address));
      if (this.known.size >= MAX_KEPT_SERVERS) this.known.clear();
      this.known.set(address, server);
    }
    return server;
  }

  /** Whether OpenTelemetry's own instrumentation makes spans of the client's commands, now. */
  get tracedByOther(): boolean {
    return (this.sender?.command as { readonly __wrapped?: unknown } | undefined)?.__wrapped === true;
  }

  /** A connection's address is that of its socket; its pool knows the name that was connected to. */
  private attributesOf(address: string): AttributeList {
    for (const pool of poolsOf(this.client) ?? []) {
      for (const connection of connectionsOf(pool)) {
        if (connection.address !== address) continue;
        this.sender ??= senderOf(connection);
        return hostAttributes(pool) ?? addressAttributes(address);
      }
    }
    return addressAttributes(address);
  }
}

/** The lowest prototype with the method that OpenTelemetry's instrumentation wraps: connections that encrypt have one of their own above it. */
function senderOf(connection: Connection): object | undefined {
  let sender: object | undefined;
  for (let proto: unknown = connection; typeof proto === 'object' && proto !== null; proto = Object.getPrototypeOf(proto)) {
    if (Object.hasOwn(proto, 'command')) sender = proto;
  }
  return sender;
}

function hostAttributes(pool: Pool): AttributeList | undefined {
  const { host, port, socketPath } = fieldsOf(pool.options['hostAddress']) ?? {};
  if (typeof socketPath === 'string') return [names.SERVER_ADDRESS, socketPath];
  if (typeof host !== 'string') return undefined;
  return typeof port === 'number' ? [names.SERVER_ADDRESS, host, names.SERVER_PORT, port] : [names.SERVER_ADDRESS, host];
}

function addressAttributes(text: string): AttributeList {
  const { address, port } = parseHost(text);
  return port === undefined ? [names.SERVER_ADDRESS, address] : [names.SERVER_ADDRESS, address, names.SERVER_PORT, port];
}
