/** A server that a client talks to, and the commands that it has sent it. */
import { parseHost } from '../http/url';
import type { Fields } from '../messaging/fields';
import type { AttributeList } from '../trace/starter';
import * as names from './semantics';

/** A command on a collection of a server. */
export interface Operation {
  readonly spanName: string;
  /** The attributes of each such command, to be copied. */
  readonly attributes: AttributeList;
}

/** Operations are kept up to this many a server, so that equal names are the same string; further ones are made anew. */
const MAX_KEPT = 1024;

/** One server. */
export class Server {
  /** By command, database and collection. */
  private readonly kept = new Map<string, Map<string, Map<string, Operation>>>();
  private count = 0;

  private constructor(private readonly attributes: AttributeList) {}

  /** The server that a pool of the driver connects to. */
  static named({ host, port, socketPath }: Fields): Server {
    if (typeof socketPath === 'string') return new Server([names.SERVER_ADDRESS, socketPath]);
    return new Server(address(typeof host === 'string' ? host : '', typeof port === 'number' ? port : undefined));
  }

  /** The server at an address. */
  static at(text: string): Server {
    const host = parseHost(text);
    return new Server(address(host.address, host.port));
  }

  /** A command on a collection of a database; without a collection, an empty name. */
  operation(name: string, database: string, collection: string): Operation {
    const kept = this.kept.get(name)?.get(database)?.get(collection);
    if (kept !== undefined) return kept;
    const made = this.make(name, database, collection);
    if (this.count < MAX_KEPT) {
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

function address(host: string, port: number | undefined): AttributeList {
  if (host === '') return [];
  return port === undefined ? [names.SERVER_ADDRESS, host] : [names.SERVER_ADDRESS, host, names.SERVER_PORT, port];
}

function inner<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}
