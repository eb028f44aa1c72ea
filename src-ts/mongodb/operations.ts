/** Commands of MongoDB: which of them are traced, and what they act on. */
import { type Fields, fieldsOf } from '../messaging/fields';

/**
 * Commands that the driver sends of itself on the connections of its users: to authenticate anew, to close cursors and sessions. Those of its monitors and
 * handshakes are not told to anybody, so that a `hello` or `ping` that is told is the user's.
 */
const INTERNAL: ReadonlySet<unknown> = new Set(['saslStart', 'saslContinue', 'authenticate', 'getnonce', 'endSessions', 'killCursors']);

/** Commands whose first field is a collection; in others it is a number, a name of something else or a list. */
const ON_COLLECTION: ReadonlySet<string> = new Set([
  ...['aggregate', 'count', 'distinct', 'find', 'mapReduce', 'mapreduce', 'insert', 'update', 'delete', 'findAndModify', 'findandmodify'],
  ...['create', 'drop', 'collMod', 'collStats', 'collstats', 'validate', 'compact', 'convertToCapped', 'reIndex', 'planCacheClear'],
  ...['createIndexes', 'listIndexes', 'dropIndexes', 'deleteIndexes', 'createSearchIndexes', 'updateSearchIndex', 'dropSearchIndex'],
]);

/** Where bulk writes have their documents. */
const BATCHES: Readonly<Record<string, string>> = { insert: 'documents', update: 'updates', delete: 'deletes', bulkWrite: 'ops' };

/** Whether the driver sends a command of itself. */
export function isInternal(name: unknown): boolean {
  return INTERNAL.has(name);
}

/** The collection that a command acts on; empty where there is none. */
export function collectionOf(name: string, command: Fields): string {
  if (name === 'getMore') return textOr(command['collection']);
  if (ON_COLLECTION.has(name)) return textOr(command[name]);
  return name === 'explain' ? explainedCollection(fieldsOf(command[name])) : '';
}

function explainedCollection(explained: Fields | undefined): string {
  for (const name in explained) return name === 'explain' ? '' : collectionOf(name, explained);
  return '';
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** How many writes a bulk write holds; undefined for other commands and for one write, which is no batch (semantic conventions). */
export function batchSizeOf(name: string, command: Fields): number | undefined {
  const key = BATCHES[name];
  const writes = key === undefined ? undefined : listOf(command[key]);
  return writes !== undefined && writes.length > 1 ? writes.length : undefined;
}

/** A list of a command, which the driver may hold in an object of its own; undefined for what is none. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null || isPlain(value)) return undefined;
  const documents: unknown = Object.getOwnPropertyDescriptor(value, 'documents')?.value;
  return Array.isArray(documents) ? documents : undefined;
}

/** Whether an object is nothing but its fields, whichever realm it comes from. */
export function isPlain(value: object): boolean {
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === null || Object.getPrototypeOf(proto) === null;
}
