/** Every hostile value in every place of the loggers: nothing throws, and nothing holds the thread. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTraceparent } from '@manifest-cyber/observability-ts';
import {
  createLoggerWithMessageTrace,
  createTraceparentFromLogger,
  OtelLogger,
  TraceContext,
  withRootSpan,
} from '@manifest-cyber/observability-ts/logging';
import { hostileValues } from '../bad-input/values.mjs';

/** What a place may take, in milliseconds: far more than it does, far less than walking through a value takes. */
const LIMIT_MILLIS = 2_000;

/** A base logger that keeps nothing and looks at nothing. */
const base = Object.fromEntries(['fatal', 'error', 'warn', 'info', 'debug', 'trace'].map((level) => [level, () => {}]));
const logger = OtelLogger.create(base, { autoTrace: true, fields: { service: 'api' } });
console.info = () => {};

const places = {
  'base logger': (value) => OtelLogger.create(value).info('hello', { a: 1 }),
  'a method of the base logger': (value) => OtelLogger.create({ info: value }).info('hello'),
  options: (value) => OtelLogger.create(base, value).info('hello'),
  'fields of a logger': (value) => OtelLogger.create(base, { fields: value, autoTrace: value, argumentOrder: value }).info('hello'),
  'a field of a logger': (value) => OtelLogger.create(base, { fields: { value, trace_id: value, span_id: value, parent_id: value } }).info('hello'),
  'fields of a child': (value) => logger.child(value).info('hello'),
  message: (value) => logger.info(value),
  'message with fields': (value) => logger.info(value, { a: 1 }),
  'fields of a line': (value) => logger.info('hello', value),
  'a field of a line': (value) => logger.error('hello', { value, err: value, trace_id: value }),
  'a value for a conversion': (value) => logger.info('%s %d %O', value, value, value),
  'everything at once': (value) => logger.info(value, value, value),
  'an error': (value) => logger.error('hello', Object.assign(new Error('mine'), { value }), value),
  'a cause': (value) => logger.error('hello', new Error('mine', { cause: value })),
  'a logger to name its trace': (value) => assert.ok(parseTraceparent(createTraceparentFromLogger(value))),
  'bindings of a logger': (value) => assert.ok(parseTraceparent(createTraceparentFromLogger({ bindings: value, fields: value, defaultMeta: value }))),
  'a message to work on': (value) => createLoggerWithMessageTrace(value, base, value).info('hello'),
  'parts of a message': (value) =>
    createLoggerWithMessageTrace({ Body: value, MessageAttributes: value, properties: value, traceContext: value, headers: value }, value).info(
      'hello',
    ),
  'the name and options of a root span': (value) =>
    assert.equal(
      withRootSpan(value, base, () => 42, value),
      42,
    ),
  'the name and options of a span': (value) =>
    assert.equal(
      logger.withSpan(value, () => 42, value),
      42,
    ),
  'a header': (value) => TraceContext.fromTraceparent(value),
};

for (const [name, value] of Object.entries(hostileValues)) {
  test(name, () => {
    for (const [place, put] of Object.entries(places)) {
      const before = performance.now();
      assert.doesNotThrow(() => put(value), `${name} as ${place}`);
      assert.ok(performance.now() - before < LIMIT_MILLIS, `${name} as ${place} held the thread`);
    }
  });
}
