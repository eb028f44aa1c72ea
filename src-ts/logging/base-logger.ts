/** Base loggers: which one it is decides how a line is put to it. */
import { warnOnce } from '../native/warn';
import { pinoErrorKey } from './pino-members';

/** A logger's method; each has its own idea of what comes first. */
export type BaseLogMethod = (...args: never[]) => unknown;

/** Any logger with the usual methods: pino, winston, bunyan, `console`, or an object with some of these. */
export interface BaseLogger {
  readonly fatal?: BaseLogMethod;
  readonly error?: BaseLogMethod;
  readonly warn?: BaseLogMethod;
  readonly info?: BaseLogMethod;
  readonly debug?: BaseLogMethod;
  readonly trace?: BaseLogMethod;
  readonly log?: BaseLogMethod;
}

/** Which comes first in the calls of a base logger's methods. */
export type ArgumentOrder = 'message-first' | 'fields-first';

/** A base logger and how it wants its lines. */
export interface Base {
  readonly logger: object;
  readonly kind: 'pino' | 'winston' | 'bunyan' | 'console' | 'other';
  readonly order: ArgumentOrder;
  /** The field that errors go under. */
  readonly errorKey: string;
  /** Whether it makes something of an Error itself; otherwise it gets plain fields. */
  readonly takesErrors: boolean;
}

type Members = Record<PropertyKey, unknown>;

/** Public by pino's own word: it is the same symbol for each of its versions. */
const PINO_SERIALIZERS = Symbol.for('pino.serializers');

/** What was given as a base logger, or the console where that is none. Never throws. */
export function usableBase(given: unknown, order: unknown): Base {
  try {
    if ((typeof given === 'object' && given !== null) || typeof given === 'function') return known(given, order);
  } catch {
    // A getter threw.
  }
  warnOnce(
    'OBS_LOGGER_INVALID',
    'OtelLogger was given no usable base logger; its lines go to the console. Give it pino, winston, bunyan, console or the like.',
  );
  return known(console, undefined);
}

/** What can be seen of a base logger. Throws only what its getters throw. */
function known(logger: object, order: unknown): Base {
  const members = logger as Members;
  const has = (...names: string[]): boolean => names.every((name) => typeof members[name] === 'function');
  if (PINO_SERIALIZERS in logger && has('child', 'bindings')) {
    return { logger, kind: 'pino', order: 'fields-first', errorKey: pinoErrorKey(logger), takesErrors: true };
  }
  if (has('addStream', 'addSerializers') && typeof members.fields === 'object') {
    const serializers = members.serializers as Members | null | undefined;
    return { logger, kind: 'bunyan', order: 'fields-first', errorKey: 'err', takesErrors: typeof serializers?.err === 'function' };
  }
  if (has('log', 'add', 'configure', 'startTimer')) return { logger, kind: 'winston', order: 'message-first', errorKey: 'err', takesErrors: false };
  if (has('log', 'table', 'groupEnd')) return { logger, kind: 'console', order: 'message-first', errorKey: 'err', takesErrors: true };
  return { logger, kind: 'other', order: order === 'fields-first' ? order : 'message-first', errorKey: 'err', takesErrors: false };
}
