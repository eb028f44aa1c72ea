/** What pino does by itself, it does under an OtelLogger, too; and lines have each of their keys once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OtelLogger, TraceContext } from '@manifest-cyber/observability-ts/logging';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { pinoBase } from './bases.mjs';

const PLACE = TraceContext.generateRandom();
const IDS = { trace_id: PLACE.trace_id, span_id: PLACE.span_id };
const setUp = (options) => {
  const { logger: base, lines, text } = pinoBase(options);
  return { base, lines, text, logger: OtelLogger.create(base, { fields: { ...IDS, service: 'api' } }) };
};

test('ids come after the fields of the logger, before those of the call', () => {
  const { logger, text } = setUp();
  logger.info('hello', { a: 1 });
  assert.equal(text(), `{"level":30,"service":"api","trace_id":"${IDS.trace_id}","span_id":"${IDS.span_id}","a":1,"msg":"hello"}\n`);
});

test('a call with ids of its own writes those, and each key once', () => {
  const { logger, text, lines } = setUp();
  const other = 'f'.repeat(32);
  logger.info('hello', { trace_id: other });
  logger.info({ trace_id: other, span_id: 'e'.repeat(16) }, 'hello');
  assert.deepEqual(
    lines().map(({ fields }) => fields),
    [
      { service: 'api', ...IDS, trace_id: other },
      { service: 'api', trace_id: other, span_id: 'e'.repeat(16) },
    ],
  );
  for (const line of text().trim().split('\n')) assert.equal(line.split('"trace_id"').length, 2, line);
});

test('an error of the call takes the place of one of the logger', () => {
  const { logger, text, lines } = setUp();
  logger.child({ err: new Error('first') }).error('hello', new Error('second'));
  assert.equal(lines()[0].fields.err.message, 'second');
  assert.equal(text().split('"err"').length, 2);
});

test('a field called trace_id that is no id gives way to the ids of the active span', () => {
  const { base, text, lines } = setUp();
  const tracing = createTestTracing({ http: false });
  tracing.tracer.startActiveSpan('work', (span) => {
    OtelLogger.create(base, { autoTrace: true, fields: { trace_id: 'none' } }).info('hello');
    assert.equal(lines()[0].fields.trace_id, span.spanContext().traceId);
    span.end();
  });
  assert.equal(text().split('"trace_id"').length, 2);
  return tracing.shutdown();
});

test('serializers, redaction and the key of errors are the base logger’s', () => {
  const { logger, lines } = setUp({ serializers: { user: ({ id }) => `user ${id}` }, redact: ['password'], errorKey: 'error' });
  logger.info('hello', { user: { id: 7 }, password: 'secret' });
  logger.error('failed', new Error('bad'), { a: 1 });
  const [hello, failed] = lines().map(({ fields }) => fields);
  assert.deepEqual(hello, { ...IDS, service: 'api', user: 'user 7', password: '[Redacted]' });
  assert.deepEqual([failed.error.message, failed.a, failed.err], ['bad', 1, undefined]);
});

for (const [what, options, trace_id] of [
  ['redacts ids', { redact: ['trace_id'] }, '[Redacted]'],
  ['serialises ids', { serializers: { trace_id: (id) => id.slice(0, 4) } }, IDS.trace_id.slice(0, 4)],
]) {
  test(`a logger that ${what} does so`, () => {
    const { logger, lines } = setUp(options);
    logger.info('one');
    logger.info('two', { a: 1 });
    assert.deepEqual(
      lines().map(({ fields }) => [fields.trace_id, fields.span_id]),
      [
        [trace_id, IDS.span_id],
        [trace_id, IDS.span_id],
      ],
    );
  });
}

test('formatters, message prefix and bindings of the base logger stay', () => {
  const { logger: base, lines } = pinoBase({
    formatters: { level: (label) => ({ level: label }), log: (fields) => ({ ...fields, formatted: true }) },
  });
  const logger = OtelLogger.create(base.child({ bound: 1 }, { msgPrefix: '[job] ' }), { fields: IDS });
  logger.warn('hello', { a: 1 });
  assert.deepEqual(lines(), [{ level: 'warn', message: '[job] hello', fields: { bound: 1, ...IDS, a: 1, formatted: true } }]);
});

test('a formatter of bindings does not take the logger’s fields away', () => {
  const { logger, lines } = setUp({ formatters: { bindings: () => ({}) } });
  logger.info('hello');
  assert.deepEqual(lines()[0].fields, { ...IDS, service: 'api' });
});

test('with nestedKey, fields of the logger and ids are at the top in every form of a call, and the fields of the call in their object', () => {
  const error = new Error('boom');
  const broken = {
    get bad() {
      throw new Error('getter');
    },
  };
  const calls = [
    [['hello'], undefined],
    [['hello', { a: 1 }], { a: 1 }],
    [['user %s', 'u1', { a: 1 }], { a: 1 }],
    [['user %O', { b: 2 }], undefined],
    [[{ a: 1 }, 'hello', { b: 2 }], { a: 1, b: 2 }],
    [['failed', error, { a: 1 }], { a: 1, err: 'boom' }],
    [[error], { err: 'boom' }],
    [['hello', { trace_id: 'mine' }], { trace_id: 'mine' }],
    [['hello', broken], { fields_lost: true }],
  ];
  for (const mixin of [undefined, () => ({ mixed: true })]) {
    const { logger, lines } = setUp({ nestedKey: 'payload', mixin, serializers: { err: ({ message }) => message } });
    for (const [args] of calls) logger.info(...args);
    assert.equal(lines().length, calls.length);
    for (const [index, { fields }] of lines().entries()) {
      const payload = mixin === undefined ? calls[index][1] : { mixed: true, ...calls[index][1] };
      const { payload: written, ...top } = fields;
      // A line without the fields of the call that cannot be written is without those of the logger.
      const service = written?.fields_lost ? {} : { service: 'api' };
      assert.deepEqual([written, top], [payload, { ...IDS, ...service }], String(index));
    }
  }
});

test('a mixin that writes ids as well does not double them, nor win', () => {
  const { logger, lines, text } = setUp({ mixin: () => ({ trace_id: 'mixed', more: 1 }) });
  logger.info('hello', { a: 1 });
  assert.deepEqual(lines()[0].fields, { ...IDS, service: 'api', a: 1, more: 1 });
  assert.equal(text().split('"trace_id"').length, 2);
});

test('of a level that is switched off, nothing is looked at', () => {
  const { logger } = setUp({ level: 'info' });
  let shown = 0;
  const value = { [Symbol.for('nodejs.util.inspect.custom')]: () => String(++shown) };
  logger.debug('value %O', value, { a: 1 });
  logger.debug({ a: 1 }, 'value %O', value);
  assert.equal(shown, 0);
  logger.info('value %O', value);
  assert.equal(shown, 1);
});

test('a request is shown as pino shows it', () => {
  const { logger, lines } = setUp();
  logger.info({ method: 'GET', url: '/', headers: {}, socket: {} }, 'hello');
  assert.equal(lines()[0].fields.req?.method, 'GET');
});

test('custom levels only: what pino has not is written at the level nearest to it, or said once', async () => {
  const { logger: base, lines } = pinoBase({ customLevels: { info: 30, error: 50 }, useOnlyCustomLevels: true, level: 'info' });
  const logger = OtelLogger.create(base, { fields: IDS });
  logger.fatal('fatal');
  logger.info('info');
  assert.deepEqual(
    lines().map(({ level, message }) => [level, message]),
    [
      ['error', 'fatal'],
      ['info', 'info'],
    ],
  );
});
