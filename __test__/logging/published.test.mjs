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

  test(`${kind}: under an OtelLogger a line has its ids once, and they are the logger's`, () => {
    const { logger, lines, fields } = setUp();
    const { trace_id, span_id } = TraceContext.generateRandom();
    const own = OtelLogger.create(logger, { fields: { trace_id, span_id } });
    tracing.tracer.startActiveSpan('another trace', (span) => {
      own.info('hello', { a: 1 });
      span.end();
    });
    assert.equal(lines().at(-1).split('"trace_id"').length, 2);
    assert.deepEqual([fields().trace_id, fields().span_id, fields().a], [trace_id, span_id, 1]);
  });
}
