/** Lines for any base logger: the logger's fields, the ids and the call's own fields merged into one object per line. */
import type { Base } from './base-logger';
import { isError, type LogCall, type LogFields, readCall } from './call';
import { errorFields } from './error-fields';
import type { LineIds } from './ids';
import { CONSOLE_METHODS, type LogLevel, type MethodTable, methodFor, USUAL_METHODS, WINSTON_METHODS } from './levels';
import { MissingMethod, type Writer } from './writer';

type Method = (...args: unknown[]) => unknown;
type Winston = { readonly defaultMeta?: LogFields | null; readonly write?: unknown };

const METHODS: Partial<Record<Base['kind'], MethodTable>> = { console: CONSOLE_METHODS, winston: WINSTON_METHODS };
/** Fields that the message is written over, though it be an empty one. */
const MESSAGE_KEYS: Partial<Record<Base['kind'], string>> = { winston: 'message', bunyan: 'msg' };

/** Where winston looks for the level; `level` is for formats to change. */
const WINSTON_LEVEL = Symbol.for('level');

/** Writes lines by one call of the base logger's method, with the arguments in its order. */
export class MergingWriter implements Writer {
  private readonly methods: MethodTable;

  constructor(
    private readonly base: Base,
    private readonly fields: LogFields,
  ) {
    this.methods = METHODS[base.kind] ?? USUAL_METHODS;
  }

  write(level: LogLevel, args: readonly unknown[], ids: LineIds | undefined): unknown {
    if (!this.isEnabled(level)) return undefined;
    return this.put(level, readCall(args, this.base.errorKey), ids);
  }

  /** Whether the base logger says that it would write `level`; what it does not say counts as yes. */
  private isEnabled(level: LogLevel): boolean {
    const { logger } = this.base;
    const { isLevelEnabled } = logger as { isLevelEnabled?: unknown };
    if (typeof isLevelEnabled !== 'function') return true;
    const method = methodFor(logger, this.methods, level);
    return method === undefined || Reflect.apply(isLevelEnabled, logger, [method]) !== false;
  }

  /** Writes what a call says. */
  private put(level: LogLevel, call: LogCall, ids: LineIds | undefined): unknown {
    const { logger, kind, order } = this.base;
    const method = methodFor(logger, this.methods, level);
    if (method === undefined) throw new MissingMethod(level);
    const message = this.messageOf(call);
    const line = this.lineOf(call, ids);
    if (kind === 'winston') return this.writeInfo(method, message ?? '', line);
    // For bunyan it is the line's own level, and with another than a number no stream would take the line.
    if (kind === 'bunyan') delete line.level;
    if (order === 'fields-first') return this.call(method, message === undefined ? [line] : [line, message]);
    const said = message ?? '';
    const literal = kind === 'console' && String(said).includes('%');
    const parts = literal ? ['%s', said] : [said];
    return this.call(method, Object.keys(line).length === 0 ? parts : [...parts, line]);
  }

  /** The call's message, else the field of that name, else an error's own. pino looks among the fields by itself. */
  private messageOf({ message, fields, error }: LogCall): unknown {
    const { kind, errorKey } = this.base;
    if (message !== undefined) return message;
    const key = MESSAGE_KEYS[kind];
    const named = key === undefined ? undefined : fields?.[key];
    return named ?? ownMessage(error ?? (kind === 'pino' ? undefined : fields?.[errorKey]));
  }

  /** The logger's fields, the ids, the call's own fields: what comes later wins. winston's `defaultMeta` comes first. */
  private lineOf(call: LogCall, ids: LineIds | undefined): LogFields {
    const { logger, kind, errorKey } = this.base;
    const line: LogFields = {};
    if (kind === 'winston') this.add(line, (logger as Winston).defaultMeta ?? {});
    this.add(line, this.fields);
    if (ids !== undefined) {
      line.trace_id = ids.trace_id;
      line.span_id = ids.span_id;
      if (ids.parent_id !== undefined) line.parent_id = ids.parent_id;
    }
    if (call.fields !== undefined) this.add(line, call.fields);
    if (call.error !== undefined) this.add(line, { [errorKey]: call.error });
    return line;
  }

  /**
   * Adds fields to a line; what is undefined takes the place of nothing. Key by key: V8 takes thirty times as long to add to an object that a spread
   * made.
   */
  private add(line: LogFields, fields: LogFields): void {
    const { takesErrors } = this.base;
    for (const key of Object.keys(fields)) {
      const value = fields[key];
      if (value !== undefined) line[key] = takesErrors || !isError(value) ? value : errorFields(value);
    }
  }

  /**
   * What winston's methods do in the end. They would take conversions in the message, and fields called `message`, for their own, and with one object,
   * where they do not, `defaultMeta` wins.
   */
  private writeInfo(level: string, message: unknown, line: LogFields): unknown {
    const info = Object.assign(line, { level, message, [WINSTON_LEVEL]: level });
    // winston's module is a logger, too, but no stream.
    return this.call(typeof (this.base.logger as Winston).write === 'function' ? 'write' : 'log', [info]);
  }

  private call(method: string, args: unknown[]): unknown {
    return Reflect.apply((this.base.logger as Record<string, Method>)[method], this.base.logger, args);
  }
}

/** What an error says; undefined for anything else. */
function ownMessage(error: unknown): string | undefined {
  try {
    return isError(error) ? String(error.message) : undefined;
  } catch {
    return undefined;
  }
}
