/** The `traceparent` of what a logger logs. */
import { writeTraceparent } from '../propagation/traceparent';
import { spanOf } from '../trace/active';
import type { IdentifiedSpan } from '../trace/identity';
import { identified } from '../trace/tracer';
import { pinOf, pinToNewTrace } from './ids';
import { isOtelLogger, spanOfLogger } from './otel-logger';

type Members = Record<string, unknown>;

/**
 * The `traceparent` header for what is sent on from where `logger` logs: of the active span where the logger follows it, else of the logger's own
 * place, else of whatever is active. Outside of every trace it is the header of a new one, so that there is always a header to send (SQS
 * refuses a message attribute without a value). Takes other loggers, too, with `trace_id` and `span_id` among their bindings or without. Never
 * throws.
 *
 * @example
 * const traceparent = createTraceparentFromLogger(logger);
 * await messageClient.send('sbom-process-queue', { sbomId, traceContext: { traceparent } });
 */
export function createTraceparentFromLogger(logger: unknown): string {
  return writeTraceparent(spanFor(logger) ?? pinToNewTrace().span);
}

function spanFor(logger: unknown): IdentifiedSpan | undefined {
  try {
    const own = isOtelLogger(logger) ? spanOfLogger(logger) : undefined;
    return own ?? identified(spanOf()) ?? pinOf(boundFields(logger))?.span;
  } catch {
    return undefined;
  }
}

/** The fields that a logger of another kind was made with: pino's bindings, bunyan's fields, winston's default meta. */
function boundFields(logger: unknown): Members {
  if (typeof logger !== 'object' || logger === null || isOtelLogger(logger)) return {};
  const { bindings, fields, defaultMeta } = logger as Members;
  const bound: unknown = typeof bindings === 'function' ? Reflect.apply(bindings, logger, []) : (fields ?? defaultMeta);
  return typeof bound === 'object' && bound !== null ? (bound as Members) : {};
}
