/** A logger for the work on one message. */
import { extractMessage, namesContext } from '../messaging/extract';
import { spanOf } from '../trace/active';
import { EMPTY_CONTEXT, SPAN_KEY } from '../trace/context';
import { identified } from '../trace/tracer';
import type { BaseLogger } from './base-logger';
import { copyOf } from './call';
import { type Pin, pinTo, pinToNewTrace } from './ids';
import { loggerAt, type OtelLogger } from './otel-logger';

/** Options of {@link createLoggerWithMessageTrace}. */
export interface MessageLoggerOptions {
  /** Fields of every line. */
  fields?: object;
}

/**
 * A logger in the trace of a message: SQS, Lambda, SNS or AMQP, or a body with `traceContext: { traceparent, tracestate }`. Its lines carry the ids of
 * the active span where that is of this trace, else those of the span that sent the message. A message without a context, or with an invalid one,
 * gets the trace of the active span, else a new one, and its lines say so in the field `trace_restarted`: `missing` or `invalid`. Never throws.
 *
 * @example
 * const logger = createLoggerWithMessageTrace(message, baseLogger);
 * logger.info('Processing SBOM', { sbomId });
 */
export function createLoggerWithMessageTrace(message: unknown, baseLogger: BaseLogger | OtelLogger, options?: MessageLoggerOptions): OtelLogger {
  const carried = extractMessage(message, EMPTY_CONTEXT);
  const sender = identified(carried.getValue(SPAN_KEY));
  const { fields = {} } = copyOf(options);
  if (sender !== undefined) return loggerAt(pinTo(sender, carried), baseLogger, { autoTrace: true, fields });
  const trace_restarted = namesContext(message) ? 'invalid' : 'missing';
  return loggerAt(pinToActive() ?? pinToNewTrace(), baseLogger, { autoTrace: true, fields: { ...fields, trace_restarted } });
}

function pinToActive(): Pin | undefined {
  const active = identified(spanOf());
  return active === undefined ? undefined : pinTo(active);
}
