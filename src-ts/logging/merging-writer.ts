/** Lines for any base logger: the logger's fields, the ids and the call's own fields merged into one object per line. */
import type { Base } from './base-logger';
import { type LogCall, type LogFields, readCall } from './call';
import { errorFields } from './error-fields';
import type { LineIds } from './ids';
import { CONSOLE_METHODS, type LogLevel, methodFor, USUAL_METHODS } from './levels';
import { MissingMethod, type Writer } from './writer';

type Method = (...args: unknown[]) => unknown;

/** Writes lines by one call of the base logger's method, with the arguments in its order. */
export class MergingWriter implements Writer {
  constructor(
    private readonly base: Base,
    private readonly fields: LogFields,
  ) {}

  write(level: LogLevel, args: readonly unknown[], ids: LineIds | undefined): unknown {
    if (!this.isEnabled(level)) return undefined;
    return this.put(level, readCall(args), ids);
  }

  /** Whether the base logger says that it would write `level`; what it does not say counts as yes. */
  isEnabled(level: LogLevel): boolean {
    const { logger } = this.base;
    const { isLevelEnabled } = logger as { isLevelEnabled?: unknown };
    if (typeof isLevelEnabled !== 'function') return true;
    const method = methodFor(logger, USUAL_METHODS, level);
    return method === undefined || Reflect.apply(isLevelEnabled, logger, [method]) !== false;
  }

  /** Writes what a call says. */
  put(level: LogLevel, call: LogCall, ids: LineIds | undefined): unknown {
    const { logger, kind, order } = this.base;
    const method = methodFor(logger, kind === 'console' ? CONSOLE_METHODS : USUAL_METHODS, level);
    if (method === undefined) throw new MissingMethod(level);
    const message = call.message ?? messageOf(call);
    const line = this.lineOf(call, ids);
    // The form with one argument: winston takes conversions in a message, and fields called `message`, for its own.
    if (kind === 'winston') return this.call('log', [{ ...line, level: method, message: call.message ?? call.fields?.message ?? message ?? '' }]);
    if (order === 'fields-first') return this.call(method, message === undefined ? [line] : [line, message]);
    const said = message ?? '';
    const literal = kind === 'console' && said.includes('%');
    const parts = literal ? ['%s', said] : [said];
    return this.call(method, Object.keys(line).length === 0 ? parts : [...parts, line]);
  }

  /** The logger's fields, the ids, the call's own fields: what comes later wins. */
  private lineOf(call: LogCall, ids: LineIds | undefined): LogFields {
    const { errorKey, takesErrors } = this.base;
    const line: LogFields = { ...this.fields };
    if (ids !== undefined) {
      line.trace_id = ids.trace_id;
      line.span_id = ids.span_id;
      if (ids.parent_id !== undefined) line.parent_id = ids.parent_id;
    }
    Object.assign(line, call.fields);
    if (call.error !== undefined && line[errorKey] === undefined) line[errorKey] = takesErrors ? call.error : errorFields(call.error);
    return line;
  }

  private call(method: string, args: unknown[]): unknown {
    return Reflect.apply((this.base.logger as Record<string, Method>)[method], this.base.logger, args);
  }
}

/** Loggers take an error's own message where a call has none. */
function messageOf(call: LogCall): string | undefined {
  try {
    return call.error === undefined ? undefined : String(call.error.message);
  } catch {
    return undefined;
  }
}
