/** The root span of work that nobody asked for: a cron job, a timer, a start. */
import type { Span, SpanOptions } from '@opentelemetry/api';
import { withSpan } from '../setup/spans';
import { identified } from '../trace/tracer';
import type { BaseLogger } from './base-logger';
import { copyOf } from './call';
import { pinTo } from './ids';
import { loggerAt, type OtelLogger } from './otel-logger';

/** Options of {@link withRootSpan}. */
export interface RootSpanOptions extends SpanOptions {
  /** Fields of every line of the logger. */
  fields?: object;
}

/**
 * Runs `fn` inside the root span of a new trace, with a logger in that trace. The span ends when `fn` returns or its promise is settled; what it
 * throws is recorded, sets the status to error, and is thrown on.
 *
 * @example
 * await withRootSpan('job.daily-vuln-match', baseLogger, async (logger) => {
 *   logger.info('Matching vulnerabilities');
 *   await matchAll(logger);
 * });
 */
export function withRootSpan<T>(
  name: string,
  baseLogger: BaseLogger | OtelLogger,
  fn: (logger: OtelLogger, span: Span) => T,
  options?: RootSpanOptions,
): T {
  const { fields = {}, ...spanOptions } = copyOf(options);
  const run = (span: Span): T => {
    const own = identified(span);
    return fn(loggerAt(own && pinTo(own), baseLogger, { autoTrace: true, fields }), span);
  };
  return withSpan(name, run, { ...spanOptions, root: true });
}
