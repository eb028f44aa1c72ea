/** What this folder knows of a library that it traces. */
import type { Fields } from '../messaging/fields';
import type { MongoOptions } from '../mongodb';

/** Which libraries are traced by themselves, whenever the service loads them. */
export interface LibraryOptions {
  /** Channels of amqplib (RabbitMQ). Default `true`. */
  amqplib?: boolean;
  /** Clients of `@aws-sdk/client-sqs`. Default `true`. */
  sqs?: boolean;
  /** Clients of `mongodb`; an object is the options of {@link instrumentMongo}. Default `true`. */
  mongodb?: boolean | MongoOptions;
}

/** A key of {@link LibraryOptions}. */
export type LibraryName = keyof LibraryOptions;

/** Objects of a library, by the class that they are of. */
export interface Kind {
  readonly prototype: object;
  /** The method that comes before all others. */
  readonly first: string | undefined;
  /** Methods of objects that are in use already. */
  readonly used: readonly string[];
  /** Traces an object, unless it is traced already; returns whether it was not. */
  trace(object: object): boolean;
  /** Whether something that an object is doing already will not be traced. */
  isBusy?(object: object): boolean;
}

/** A loaded module that defines classes of a library. */
export interface Definition {
  readonly exports: Fields;
  /** What a module of the same package exports, by its path from this one; undefined where it is not loaded. */
  neighbour(path: string): Fields | undefined;
  readonly options: LibraryOptions;
}

/** A library. Its objects are traced one by one, when a method of theirs is called: no class is replaced, and copies of it that somebody took are traced, too. */
export interface Library {
  readonly name: LibraryName;
  /** Its name in OTEL_NODE_DISABLED_INSTRUMENTATIONS, and at the end of the name of OpenTelemetry's own instrumentation. */
  readonly shortName: string;
  readonly packageName: string;
  /** How the paths of the modules end that define its classes, with `/` between folders. Packages may be installed under other names. */
  readonly files: readonly string[];
  /** The kinds of objects that such a module defines; undefined where it is another module than that. */
  kinds(definition: Definition): readonly Kind[] | undefined;
}

/** The prototype of an exported class, with the methods given; undefined where there is none. */
export function prototypeWith(exported: unknown, ...methods: string[]): Fields | undefined {
  const prototype: unknown = typeof exported === 'function' ? exported.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  return methods.every((method) => typeof (prototype as Fields)[method] === 'function') ? (prototype as Fields) : undefined;
}
