/** OpenTelemetry's published instrumentations of pino and winston run on our provider as they are, alone and under an OtelLogger. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { after, test } from 'node:test';
import { OtelLogger, TraceContext } from '@manifest-cyber/observability-ts/logging';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { WinstonInstrumentation } from '@opentelemetry/instrumentation-winston';

const tracing = createTestTracing({ http: false, instrumentations: [new PinoInstrumentation(), new WinstonInstrumentation()] });
after(() => tracing.shutdown());

// The instrumentations patch what is required after them.
const require = createRequire(import.meta.url);
const pino = require('pino');
const winston = require('winston');

const kinds = {
  pino: (stream) => pino({ base: null, timestamp: false }, stream),
  winston: (stream) => winston.createLogger({ transports: [new winston.transports.Stream({ stream })] }),
};

for (const [kind, create] of Object.entries(kinds)) {
  const setUp = () => {
    let text = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += chunk;
        done();
      },
    });
    return { logger: create(stream), lines: () => text.trim().split('\n'), fields: () => JSON.parse(text.trim().split('\n').at(-1)) };
  };

  test(`${kind}: a line carries the ids of the active span`, () => {
    const { logger, fields } = setUp();
    tracing.tracer.startActiveSpan('work', (span) => {
      logger.info('hello');
      const { traceId, spanId } = span.spanContext();
      const { trace_id, span_id, trace_flags } = fields();
      assert.deepEqual({ trace_id, span_id, trace_flags }, { trace_id: traceId, span_id: spanId, trace_flags: '03' });
      span.end();
    });
  });

  test(`${kind}: a line outside of every span carries none`, () => {
    const { logger, fields } = setUp();
    logger.info('hello');
    assert.equal(fields().trace_id, undefined);
  });

  test(`${kind}: under an OtelLogger a line has its ids once`, () => {
    const { logger, lines, fields } = setUp();
    tracing.tracer.startActiveSpan('work', (span) => {
      OtelLogger.create(logger, { autoTrace: true }).info('hello', { a: 1 });
      const { traceId, spanId } = span.spanContext();
      assert.deepEqual([fields().trace_id, fields().span_id, fields().a], [traceId, spanId, 1]);
      assert.equal(lines().at(-1).split('"trace_id"').length, 2);
      span.end();
    });
  });
}

// winston's instrumentation writes its ids over whatever a line has; docs/logging.md says how to switch that off.
test('pino: a logger with a place keeps it', () => {
  let line;
  const logger = kinds.pino({ write: (text) => (line = text) });
  const { trace_id, span_id } = TraceContext.generateRandom();
  tracing.tracer.startActiveSpan('another trace', (span) => {
    OtelLogger.create(logger, { fields: { trace_id, span_id } }).info('hello');
    span.end();
  });
  assert.deepEqual([JSON.parse(line).trace_id, line.split('"trace_id"').length], [trace_id, 2]);
});
