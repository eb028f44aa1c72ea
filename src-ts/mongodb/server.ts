/** A server that a client talks to, and the commands that it has sent it. */
import { FixedValues } from '../arena/fixed-values';
import { parseHost } from '../http/url';
import type { Fields } from '../messaging/fields';
import * as names from './semantics';

/** A command on a collection of a server. */
export interface Operation {
  readonly spanName: string;
  /** The command. */
  readonly name: string;
  /** The values of {@link OPERATION_KEYS}. */
  readonly fixed: FixedValues;
}

/** What is the same for all commands of an operation. */
export const OPERATION_KEYS = [
  names.SYSTEM_NAME,
  names.OPERATION_NAME,
  names.NAMESPACE,
  names.SERVER_ADDRESS,
  names.SERVER_PORT,
  names.COLLECTION_NAME,
];

/** Operations are kept up to this many a server, so that equal names are the same string; further ones are made anew. */
const MAX_KEPT = 1024;

/** One server. */
export class Server {
  /** By command, database and collection. */
  private readonly kept = new Map<string, Map<string, Map<string, Operation>>>();
  private count = 0;

  private constructor(
    /** Undefined where it is not known. */
    readonly address: string | undefined,
    readonly port: number | undefined,
  ) {}

  /** The server that a pool of the driver connects to. */
  static named({ host, port, socketPath }: Fields): Server {
    if (typeof socketPath === 'string') return new Server(socketPath, undefined);
    return Server.of(typeof host === 'string' ? host : '', typeof port === 'number' ? port : undefined);
  }

  /** The server at an address. */
  static at(text: string): Server {
    const { address, port } = parseHost(text);
    return Server.of(address, port);
  }

  private static of(address: string, port: number | undefined): Server {
    return address === '' ? new Server(undefined, undefined) : new Server(address, port);
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
    const spanName = collection === '' ? name : `${name} ${collection}`;
    const fixed = new FixedValues([names.MONGODB, name, database, this.address, this.port, collection === '' ? undefined : collection]);
    return { spanName, name, fixed };
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
