/** `OtelLogger`: a logger whose lines carry the ids of their place in a trace. */
import type { Span, SpanOptions } from '@opentelemetry/api';
import { TraceContext } from '../propagation/trace-context';
import { withSpan } from '../setup/spans';
import { activeContext, runWith } from '../trace/active';
import { withSpanSet } from '../trace/context';
import type { IdentifiedSpan } from '../trace/identity';
import { type ArgumentOrder, type Base, type BaseLogger, usableBase } from './base-logger';
import { copyOf, definedFields, type LogFields } from './call';
import { currentSpan, lineIds, type Pin, parentAt, pinOf } from './ids';
import type { LogLevel } from './levels';
import { SafeWriter } from './safe-writer';

/** Options of {@link OtelLogger.create}. */
export interface OtelLoggerOptions {
  /** Whether each line carries the ids of the span that is active when it is written. Default false. */
  autoTrace?: boolean;
  /**
   * Fields of every line. `trace_id` and `span_id` among them are the logger's place: its lines stay in that trace. With `autoTrace` they carry
   * the active span's ids where that belongs to the same trace.
   */
  fields?: object;
  /**
   * What the base logger's methods take first. Only for loggers other than pino, winston, bunyan and `console`, which are known. Default
   * `message-first`.
   */
  argumentOrder?: ArgumentOrder;
}

/**
 * Writes a line: `(message, fields)` or `(fields, message)`, whatever the base logger wants; errors in any place; values for conversions in the
 * message (`%s`). Can be passed on as a function. Never throws.
 */
export type LogMethod = (first: unknown, ...rest: unknown[]) => void;

/** What a logger is made of. */
interface Parts {
  readonly base: Base;
  readonly fields: LogFields;
  /** Whether lines follow the active span. */
  readonly follow: boolean;
  readonly pin: Pin | undefined;
}

/** The inside of a logger, for the rest of this folder. */
let partsOf: (logger: OtelLogger) => Parts;
/** Whether a value is one of ours; asks no proxy. */
export let isOtelLogger: (value: unknown) => value is OtelLogger;
let make: (parts: Parts) => OtelLogger;

/** A logger over another one, whose lines carry `trace_id`, `span_id` and, where it is known, `parent_id`. */
export class OtelLogger {
  readonly fatal: LogMethod;
  readonly error: LogMethod;
  readonly warn: LogMethod;
  readonly info: LogMethod;
  readonly debug: LogMethod;
  readonly trace: LogMethod;
  readonly #parts: Parts;

  static {
    partsOf = (logger) => logger.#parts;
    isOtelLogger = (value): value is OtelLogger => typeof value === 'object' && value !== null && #parts in value;
    make = (parts) => new OtelLogger(parts);
  }

  private constructor(parts: Parts) {
    const { base, fields, pin, follow } = parts;
    const writer = new SafeWriter(base, fields);
    const method =
      (level: LogLevel): LogMethod =>
      (...args) =>
        writer.write(level, args, lineIds(pin, follow));
    this.fatal = method('fatal');
    this.error = method('error');
    this.warn = method('warn');
    this.info = method('info');
    this.debug = method('debug');
    this.trace = method('trace');
    this.#parts = parts;
  }

  /**
   * A logger over `baseLogger`: pino, winston, bunyan, `console`, another OtelLogger, or any object with the usual methods. Never throws; where
   * there is no usable base logger, lines go to the console, with one warning.
   *
   * @example
   * const logger = OtelLogger.create(baseLogger, { autoTrace: true });
   * logger.info('Processing SBOM upload', { userId, organizationId });
   */
  static create(baseLogger: BaseLogger | OtelLogger, options?: OtelLoggerOptions): OtelLogger {
    return loggerAt(undefined, baseLogger, options);
  }

  /** The logger that lines are written with. */
  get base(): BaseLogger {
    return this.#parts.base.logger as BaseLogger;
  }

  /** Where a line written now belongs; undefined outside of every trace. */
  get traceContext(): TraceContext | undefined {
    const { pin, follow } = this.#parts;
    const ids = lineIds(pin, follow);
    return ids && new TraceContext(ids.trace_id, ids.span_id, ids.parent_id);
  }

  /** A logger with more fields. `trace_id` and `span_id` among them move it to that place. */
  child(fields: object): OtelLogger {
    return make(withFields(this.#parts, fields));
  }

  /**
   * Runs `fn` inside a new span in the logger's trace: below the active span where that is of this trace, else below the logger's own place. The
   * span ends, and errors are recorded, as with `withSpan`. The logger that `fn` gets follows the active span.
   *
   * @example
   * const logger = createLoggerWithMessageTrace(message, baseLogger);
   * await logger.withSpan('job.process.sbom', () => processSbom(message));
   */
  withSpan<T>(name: string, fn: (span: Span, logger: OtelLogger) => T, options?: SpanOptions): T {
    const { pin, follow } = this.#parts;
    const logger = follow ? this : make({ ...this.#parts, follow: true });
    const run = (): T => withSpan(name, (span) => fn(span, logger), options);
    if (pin === undefined || currentSpan(pin, true) !== pin.span) return run();
    return runWith(withSpanSet(pin.context ?? activeContext(), parentAt(pin) as IdentifiedSpan & Span), run);
  }
}

/** A logger over a base logger or another OtelLogger, at `pin` where one is given. */
export function loggerAt(pin: Pin | undefined, baseLogger: unknown, options?: OtelLoggerOptions): OtelLogger {
  const { autoTrace, fields, argumentOrder } = copyOf(options);
  const before: Parts = isOtelLogger(baseLogger)
    ? partsOf(baseLogger)
    : { base: usableBase(baseLogger, argumentOrder), fields: {}, follow: false, pin: undefined };
  const follow = typeof autoTrace === 'boolean' ? autoTrace : before.follow;
  const parts = withFields({ ...before, follow }, fields);
  return make(pin === undefined ? parts : { ...parts, pin });
}

/** The span in which a line of `logger` written now belongs. */
export function spanOfLogger(logger: OtelLogger): IdentifiedSpan | undefined {
  const { pin, follow } = partsOf(logger);
  return currentSpan(pin, follow);
}

/** Ids among the fields become the logger's place, and are no fields any more. */
function withFields(parts: Parts, more: unknown): Parts {
  const given = definedFields(more);
  const pin = pinOf(given);
  if (pin === undefined) return { ...parts, fields: { ...parts.fields, ...given } };
  const { trace_id, span_id, parent_id, ...fields } = given;
  return { ...parts, pin, fields: { ...parts.fields, ...fields } };
}
