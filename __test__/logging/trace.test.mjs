/** The ids on a line: of the active span, of a place, and what is sent on from there. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { formatTraceparent, getActiveSpan, parseTraceparent, withSpan } from '@manifest-cyber/observability-ts';
import { createTraceparentFromLogger, OtelLogger, TraceContext, withRootSpan } from '@manifest-cyber/observability-ts/logging';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { kinds, pinoBase } from './bases.mjs';

let tracing;
beforeEach(() => {
  tracing = createTestTracing({ http: false });
});
afterEach(() => tracing.shutdown());

const idsOf = (span) => {
  const { traceId, spanId } = span.spanContext();
  const parent = span.parentSpanContext?.spanId;
  return { trace_id: traceId, span_id: spanId, ...(parent && { parent_id: parent }) };
};

for (const [kind, { create }] of Object.entries(kinds)) {
  test(`${kind}: with autoTrace each line carries the ids of the span that is active`, async () => {
    const { logger: base, lines } = create();
    const logger = OtelLogger.create(base, { autoTrace: true, fields: { service: 'api' } });
    const expected = [];
    logger.info('outside');
    expected.push({});
    await withSpan('outer', async (outer) => {
      logger.info('outer', { a: 1 });
      expected.push({ ...idsOf(outer), a: 1 });
      await withSpan('inner', async (inner) => {
        await delay(1);
        logger.info({ b: 2 }, 'inner');
        expected.push({ ...idsOf(inner), b: 2 });
        logger.child({ c: 3 }).info('child');
        expected.push({ ...idsOf(inner), c: 3 });
      });
      logger.info('outer again');
      expected.push(idsOf(outer));
    });
    logger.info('outside again');
    expected.push({});
    assert.deepEqual(
      lines().map(({ fields }) => fields),
      expected.map((fields) => ({ service: 'api', ...fields })),
    );
  });

  test(`${kind}: work side by side does not mix its ids`, async () => {
    const { logger: base, lines } = create();
    const logger = OtelLogger.create(base, { autoTrace: true });
    const spans = new Map();
    const work = (n) =>
      withSpan(`work ${n}`, async (span) => {
        spans.set(n, span);
        for (let i = 0; i < 4; i++) {
          await delay((n + i) % 3);
          logger.info('step', { n });
        }
      });
    await Promise.all(Array.from({ length: 20 }, (_, n) => work(n)));
    assert.equal(lines().length, 80);
    for (const { fields } of lines()) assert.deepEqual(fields, { n: fields.n, ...idsOf(spans.get(fields.n)) });
  });
}

test('without autoTrace lines carry no ids but those that were given', () => {
  const { logger: base, lines } = pinoBase();
  const { trace_id, span_id } = TraceContext.generateRandom();
  withSpan('active', () => {
    OtelLogger.create(base).info('none');
    OtelLogger.create(base, { fields: { trace_id, span_id } }).info('given');
  });
  assert.deepEqual(
    lines().map(({ fields }) => fields),
    [{}, { trace_id, span_id }],
  );
});

test('a place keeps its lines in its trace: a span of another trace is not followed, one of the same is', async () => {
  const { logger: base, lines } = pinoBase();
  const place = TraceContext.generateRandom();
  const logger = OtelLogger.create(base, { autoTrace: true, fields: { ...place } });
  let inner;
  await withSpan('other trace', async () => {
    logger.info('place');
    await logger.withSpan('same trace', (span) => {
      inner = span;
      logger.info('same');
    });
  });
  const at = { trace_id: place.trace_id, span_id: place.span_id };
  assert.deepEqual(
    lines().map(({ fields }) => fields),
    [at, idsOf(inner)],
  );
  assert.deepEqual(idsOf(inner), { trace_id: place.trace_id, span_id: inner.spanContext().spanId, parent_id: place.span_id });
});

test('a child with ids among its fields moves to that place', () => {
  const { logger: base, lines } = pinoBase();
  const { trace_id, span_id } = TraceContext.generateRandom();
  const logger = OtelLogger.create(base, { fields: TraceContext.generateRandom() });
  const child = logger.child({ trace_id, span_id, parent_id: 'a'.repeat(16), step: 1 });
  child.info('hello');
  assert.deepEqual(lines()[0].fields, { trace_id, span_id, parent_id: 'a'.repeat(16), step: 1 });
  assert.deepEqual({ ...child.traceContext }, { trace_id, span_id, parent_id: 'a'.repeat(16) });
});

test('traceContext is where a line would belong', () => {
  const logger = OtelLogger.create(pinoBase().logger, { autoTrace: true });
  assert.equal(logger.traceContext, undefined);
  withSpan('active', (span) => {
    assert.ok(logger.traceContext instanceof TraceContext);
    assert.deepEqual({ ...logger.traceContext }, { parent_id: undefined, ...idsOf(span) });
  });
});

test('ids that are none are fields like any other', () => {
  const { logger: base, lines } = pinoBase();
  const logger = OtelLogger.create(base, { fields: { trace_id: 'not-an-id', span_id: 7 } });
  logger.info('hello');
  assert.deepEqual(lines()[0].fields, { trace_id: 'not-an-id', span_id: 7 });
  assert.equal(logger.traceContext, undefined);
});

test('the ids of a span that is not sampled are written all the same', () => {
  const { logger: base, lines } = pinoBase();
  const remote = trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0, isRemote: true });
  tracing.tracer.startActiveSpan('unsampled', {}, remote, (span) => {
    OtelLogger.create(base, { autoTrace: true }).info('hello');
    assert.deepEqual(lines()[0].fields, { trace_id: 'a'.repeat(32), span_id: span.spanContext().spanId });
  });
});

test('createTraceparentFromLogger names the active span', () => {
  const logger = OtelLogger.create(pinoBase().logger, { autoTrace: true });
  withSpan('active', (span) => {
    assert.equal(createTraceparentFromLogger(logger), formatTraceparent(span.spanContext()));
    assert.equal(createTraceparentFromLogger(logger.child({ a: 1 })), formatTraceparent(span.spanContext()));
    // Without autoTrace, and for a logger of another kind, it is the only trace there is.
    assert.equal(createTraceparentFromLogger(OtelLogger.create(console)), formatTraceparent(span.spanContext()));
    assert.equal(createTraceparentFromLogger(console), formatTraceparent(span.spanContext()));
  });
});

test('createTraceparentFromLogger names the place of a logger that has one', () => {
  const { trace_id, span_id } = TraceContext.generateRandom();
  const logger = OtelLogger.create(pinoBase().logger, { fields: { trace_id, span_id } });
  assert.equal(createTraceparentFromLogger(logger), `00-${trace_id}-${span_id}-01`);
  withSpan('other', () => assert.equal(createTraceparentFromLogger(logger), `00-${trace_id}-${span_id}-01`));
});

test('createTraceparentFromLogger reads the bindings of other loggers', () => {
  const { trace_id, span_id } = TraceContext.generateRandom();
  const loggers = {
    pino: kinds.pino.create().logger.child({ trace_id, span_id }),
    bunyan: kinds.bunyan.create().logger.child({ trace_id, span_id }),
    winston: kinds.winston.create({ defaultMeta: { trace_id, span_id } }).logger,
  };
  for (const [kind, logger] of Object.entries(loggers)) assert.equal(createTraceparentFromLogger(logger), `00-${trace_id}-${span_id}-01`, kind);
});

for (const logger of [undefined, null, 42, 'logger', {}, [], OtelLogger.create(pinoBase().logger, { autoTrace: true })]) {
  test(`createTraceparentFromLogger outside of every trace begins one: ${logger === null ? 'null' : (logger?.constructor?.name ?? logger)}`, () => {
    const headers = [createTraceparentFromLogger(logger), createTraceparentFromLogger(logger)];
    for (const header of headers) assert.equal(parseTraceparent(header)?.traceFlags, 3, header);
    assert.notEqual(headers[0], headers[1]);
  });
}

test('withRootSpan gives a root span and its logger, whatever is active', async () => {
  const { logger: base, lines } = pinoBase();
  let root;
  const result = await withSpan('scheduler', () =>
    withRootSpan(
      'job.daily-vuln-match',
      base,
      async (logger, span) => {
        root = span;
        assert.equal(getActiveSpan(), span);
        logger.info('begin');
        await withSpan('match', () => logger.info('matching'));
        return 'done';
      },
      { fields: { job: 'daily-vuln-match' }, attributes: { 'job.attempt': 1 } },
    ),
  );
  assert.equal(result, 'done');
  const [match, finished, scheduler] = tracing.getFinishedSpans();
  assert.deepEqual([finished.name, finished.parentSpanContext, finished.attributes], ['job.daily-vuln-match', undefined, { 'job.attempt': 1 }]);
  assert.notEqual(finished.spanContext().traceId, scheduler.spanContext().traceId);
  assert.deepEqual(
    lines().map(({ fields }) => fields),
    [
      { job: 'daily-vuln-match', ...idsOf(root) },
      { job: 'daily-vuln-match', ...idsOf(match) },
    ],
  );
});

test('the logger of withRootSpan stays in its trace where the context was lost', async () => {
  const { logger: base, lines } = pinoBase();
  let later;
  withRootSpan('job', base, (logger) => {
    later = logger;
  });
  later.info('after the end');
  withSpan('another trace', () => later.info('elsewhere'));
  const [job] = tracing.getFinishedSpans();
  assert.deepEqual(
    lines().map(({ fields }) => fields),
    [idsOf(job), idsOf(job)],
  );
});

test('withRootSpan and withSpan of a logger record what is thrown, and throw it on', async () => {
  const { logger: base } = pinoBase();
  const error = new TypeError('bad');
  const fail = () => {
    throw error;
  };
  assert.throws(
    () => withRootSpan('job', base, fail),
    (thrown) => thrown === error,
  );
  await assert.rejects(
    OtelLogger.create(base, { fields: TraceContext.generateRandom() }).withSpan('part', async () => fail()),
    (thrown) => thrown === error,
  );
  for (const span of tracing.getFinishedSpans()) {
    assert.deepEqual(span.status, { code: SpanStatusCode.ERROR, message: 'bad' });
    assert.equal(span.events[0].attributes['exception.type'], 'TypeError');
  }
  assert.equal(tracing.getFinishedSpans().length, 2);
});

test('without tracing loggers write, and places are kept', async () => {
  await tracing.shutdown();
  const { logger: base, lines } = pinoBase();
  const { trace_id, span_id } = TraceContext.generateRandom();
  OtelLogger.create(base, { autoTrace: true }).info('bare');
  OtelLogger.create(base, { autoTrace: true, fields: { trace_id, span_id } }).withSpan('nothing', (_span, logger) => logger.info('placed'));
  withRootSpan('job', base, (logger) => logger.info('job'));
  assert.deepEqual(
    lines().map(({ fields }) => fields),
    [{}, { trace_id, span_id }, {}],
  );
});
