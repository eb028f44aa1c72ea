/** Loggers as services have them: each kind type-checks as a base logger. Compiled only, never run. */
import {
  type BaseLogger,
  createLoggerWithMessageTrace,
  createTraceparentFromLogger,
  OtelLogger,
  TraceContext,
  withRootSpan,
} from '@manifest-cyber/observability-ts/logging';
import pino from 'pino';
import winston from 'winston';

interface Upload {
  userId: string;
}
const upload: Upload = { userId: 'u1' };

const logger: OtelLogger = OtelLogger.create(pino(), { autoTrace: true, fields: upload });
OtelLogger.create(winston.createLogger(), { fields: { ...TraceContext.generateRandom() } });
OtelLogger.create(pino().child({ a: 1 }), { fields: TraceContext.generateRandom() });
OtelLogger.create(console);
OtelLogger.create(logger.child(upload));
OtelLogger.create({ info: (message: string, fields?: object) => [message, fields] }, { argumentOrder: 'message-first' });
export const base: BaseLogger = logger.base;
export const place: string | undefined = logger.traceContext?.trace_id;
export const traceparent: string = createTraceparentFromLogger(logger);

logger.info('Processing SBOM upload', upload);
logger.info(upload, 'Processing SBOM upload');
try {
  logger.warn('user %s', 'u1');
} catch (error) {
  logger.error('failed', error);
}
export const number: number = logger.withSpan('work', (span, inner) => {
  inner.info(span.spanContext().traceId);
  return 42;
});
export const job: Promise<string> = withRootSpan('job', pino(), async (own, span) => own.traceContext?.span_id ?? span.spanContext().spanId, {
  fields: { job: 'daily' },
  attributes: { attempt: 1 },
});
createLoggerWithMessageTrace({ Body: '{}' }, pino(), { fields: upload }).debug('hello');

// @ts-expect-error no such option
OtelLogger.create(console, { autotrace: true });
// @ts-expect-error text is no logger
OtelLogger.create('console');
// @ts-expect-error no such order
OtelLogger.create(console, { argumentOrder: 'any' });
// @ts-expect-error loggers are made by create
new OtelLogger();
