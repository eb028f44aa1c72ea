/** What an OtelLogger writes is the same through each kind of base logger: levels, both argument orders, fields, errors, children. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import vm from 'node:vm';
import { OtelLogger, TraceContext } from '@manifest-cyber/observability-ts/logging';
import winston from 'winston';
import { kinds, plainBase } from './bases.mjs';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

for (const [kind, { create, levels }] of Object.entries(kinds)) {
  describe(kind, () => {
    const setUp = (options) => {
      const { logger: base, lines } = create();
      const logger = OtelLogger.create(base, options);
      /** The one line that a call writes. */
      const lineOf = (call) => {
        const before = lines().length;
        call(logger);
        const written = lines().slice(before);
        assert.equal(written.length, 1);
        return written[0];
      };
      return { base, logger, lines, lineOf };
    };

    test('each level is written, by the name that the base logger has for it', () => {
      const { logger, lines } = setUp();
      for (const level of LEVELS) logger[level](`at ${level}`);
      assert.deepEqual(
        lines().map(({ level, message }) => [level, message]),
        LEVELS.map((level) => [levels[level] ?? level, `at ${level}`]),
      );
    });

    test('message and fields come out alike in both orders', () => {
      const { lineOf } = setUp();
      const expected = { level: 'info', message: 'hello', fields: { userId: 'u1', n: 2 } };
      assert.deepEqual(
        lineOf((logger) => logger.info('hello', { userId: 'u1', n: 2 })),
        expected,
      );
      assert.deepEqual(
        lineOf((logger) => logger.info({ userId: 'u1', n: 2 }, 'hello')),
        expected,
      );
    });

    test("the logger's fields are merged with the call's, which win", () => {
      const { lineOf } = setUp({ fields: { service: 'api', region: 'eu', none: undefined } });
      assert.deepEqual(lineOf((logger) => logger.info('hello', { region: 'us' })).fields, { service: 'api', region: 'us' });
    });

    test('a field of the call that is undefined takes the place of nothing', () => {
      const { trace_id, span_id } = TraceContext.generateRandom();
      const { lineOf } = setUp({ fields: { service: 'api', trace_id, span_id } });
      const { fields } = lineOf((logger) => logger.info('hello', { service: undefined, trace_id: undefined, span_id, none: undefined, a: 1 }));
      assert.deepEqual(fields, { service: 'api', trace_id, span_id, a: 1 });
    });

    test('a message without fields has those of the logger', () => {
      const { lineOf } = setUp({ fields: { service: 'api' } });
      assert.deepEqual(lineOf((logger) => logger.info('hello')).fields, { service: 'api' });
    });

    test('values fill the conversions of a message, fields may follow', () => {
      const { lineOf } = setUp();
      const { message, fields } = lineOf((logger) => logger.info('user %s has %d', 'u1', 3, { a: 1 }));
      assert.deepEqual([message, fields], ['user u1 has 3', { a: 1 }]);
      assert.equal(lineOf((logger) => logger.info({ a: 1 }, 'user %s', 'u1')).message, 'user u1');
      assert.equal(lineOf((logger) => logger.info('count', 5)).message, 'count 5');
    });

    test('a percent sign that is no conversion loses no fields', () => {
      const { lineOf } = setUp();
      for (const text of ['100% done', '100%done', '5%', '%%', '%s']) {
        const { message, fields } = lineOf((logger) => logger.info(text, ...(text === '%s' ? ['%d'] : []), { a: 1 }));
        assert.deepEqual([message, fields], [text === '%s' ? '%d' : text, { a: 1 }]);
      }
    });

    test('what is no message is shown', () => {
      const { lineOf } = setUp();
      assert.equal(lineOf((logger) => logger.info(42)).message, '42');
      assert.equal(lineOf((logger) => logger.info([1, 2])).message, '[ 1, 2 ]');
      assert.equal(lineOf((logger) => logger.info('list', [1, 2])).message, 'list [ 1, 2 ]');
      assert.equal(lineOf((logger) => logger.info(Symbol('s'))).message, 'Symbol(s)');
    });

    test('an error comes out with type, message and stack, wherever it is given', () => {
      const { lineOf } = setUp();
      const error = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
      const calls = [
        [(logger) => logger.error('failed', error), 'failed'],
        [(logger) => logger.error(error, 'failed'), 'failed'],
        [(logger) => logger.error('failed', error, { a: 1 }), 'failed', { a: 1 }],
        [(logger) => logger.error('failed', { a: 1 }, error), 'failed', { a: 1 }],
        [(logger) => logger.error(error), 'too far'],
      ];
      for (const [call, message, fields = {}] of calls) {
        const line = lineOf(call);
        const { err, ...rest } = line.fields;
        assert.equal(line.message, message, String(call));
        assert.deepEqual(rest, fields, String(call));
        assert.equal(err.message, 'too far', String(call));
        assert.equal(err.type ?? err.name, 'RangeError', String(call));
        assert.match(err.stack, /RangeError: too far\n\s+at .*loggers\.test\.mjs/, String(call));
        assert.equal(err.code, 'E_FAR', String(call));
      }
    });

    test('an object that has what it holds in private is shown, too', () => {
      const { lineOf } = setUp();
      for (const args of [
        ['fetching', new URL('http://example.com/sboms')],
        ['fetching', new Headers({ from: 'example.com' })],
        ['fetching', new URLSearchParams({ from: 'example.com' }), { a: 1 }],
        [{ a: 1 }, 'fetching', new URL('http://example.com/sboms')],
      ]) {
        const { message, fields } = lineOf((logger) => logger.info(...args));
        assert.match(message, /^fetching \w.*example\.com/s);
        assert.deepEqual(fields, args.some((arg) => arg.a === 1) ? { a: 1 } : {});
      }
      assert.equal(lineOf((logger) => logger.info(new URL('http://example.com/'))).message, 'http://example.com/');
      assert.equal(lineOf((logger) => logger.info('hello', {}, vm.runInNewContext('({})'), Object.create(null))).message, 'hello');
    });

    test('what follows fields or an error and their message is kept', () => {
      const { lineOf } = setUp();
      const error = new Error('boom');
      const calls = [
        [[{ a: 1 }, 'failed', error], 'failed', { a: 1 }, 'boom'],
        [[error, 'failed', { a: 1 }], 'failed', { a: 1 }, 'boom'],
        [[{ a: 1 }, 'failed', { b: 2 }], 'failed', { a: 1, b: 2 }],
        [[{ a: 1 }, 'failed', 'twice'], 'failed twice', { a: 1 }],
        [[{ a: 1 }, 'user %s has %d', 'u1', 3], 'user u1 has 3', { a: 1 }],
        [[{ a: 1 }, 'user %s', 'u1', { b: 2 }], 'user u1', { a: 1, b: 2 }],
        [[{ a: 1 }, 'user %s', 'u1', error], 'user u1', { a: 1 }, 'boom'],
        [[error, 'user %s of %s', 'u1'], 'user u1 of %s', {}, 'boom'],
        [[{ a: 1 }, '100%', 'sure'], '100% sure', { a: 1 }],
        [['user %s has %d', 'u1', 3], 'user u1 has 3', {}],
        [['user %s', 'u1', 'again'], 'user u1 again', {}],
      ];
      for (const [args, message, expected, failure] of calls) {
        const line = lineOf((logger) => logger.error(...args));
        const { err, ...fields } = line.fields;
        assert.deepEqual([line.message, fields, err?.message], [message, expected, failure], String(args));
      }
    });

    test('an error among the fields comes out as one that is given by itself', () => {
      const { logger, lineOf } = setUp();
      const error = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
      const calls = [
        [(each) => each.error('failed', { err: error, a: 1 }), 'failed'],
        [(each) => each.error({ err: error, a: 1 }, 'failed'), 'failed'],
        [(each) => each.error({ err: error, a: 1 }, 'failed', error), 'failed'],
        [(each) => each.error({ err: error, a: 1 }), 'too far'],
        [(each) => each.error({ err: null, a: 1 }, 'failed', error), 'failed'],
        [() => logger.child({ err: error }).error('failed', { a: 1 }), 'failed'],
        [() => logger.child({ err: new Error('before') }).error('failed', error, { a: 1 }), 'failed'],
        [() => logger.child({ err: new Error('before') }).error('failed', { err: error, a: 1 }), 'failed'],
      ];
      for (const [call, said] of calls) {
        const { message, fields } = lineOf(call);
        assert.deepEqual([message, fields.err.message, fields.err.code, fields.a], [said, 'too far', 'E_FAR', 1], String(call));
        assert.match(fields.err.stack, /RangeError: too far\n\s+at /, String(call));
      }
    });

    test('an error whose place a field takes is shown in the message', () => {
      const { lineOf } = setUp();
      for (const args of [
        ['failed', { err: 'timeout' }, new Error('boom')],
        [{ err: 'timeout' }, 'failed', new Error('boom')],
        [new Error('boom'), 'failed', { err: 'timeout' }],
      ]) {
        const { message, fields } = lineOf((logger) => logger.error(...args));
        assert.match(message, /^failed Error: boom\n\s+at /);
        assert.deepEqual(fields, { err: 'timeout' });
      }
    });

    test('an error of another realm is one, too', () => {
      const { lineOf } = setUp();
      const { message, fields } = lineOf((logger) => logger.error('failed', vm.runInNewContext('new TypeError("elsewhere")')));
      assert.deepEqual([message, fields.err.message], ['failed', 'elsewhere']);
      assert.match(fields.err.stack, /TypeError: elsewhere/);
    });

    test('a child has the fields of its parent and its own', () => {
      const { logger, lines } = setUp({ fields: { service: 'api' } });
      logger.child({ requestId: 'r1' }).child({ step: 2 }).warn('hello', { a: 1 });
      logger.info('parent');
      assert.deepEqual(
        lines().map(({ fields }) => fields),
        [{ service: 'api', requestId: 'r1', step: 2, a: 1 }, { service: 'api' }],
      );
    });

    test('an OtelLogger can be the base of another one', () => {
      const { logger, lines, base } = setUp({ fields: { service: 'api' } });
      const above = OtelLogger.create(logger, { fields: { module: 'x' } });
      above.info('hello', { a: 1 });
      assert.deepEqual(lines(), [{ level: 'info', message: 'hello', fields: { service: 'api', module: 'x', a: 1 } }]);
      assert.equal(above.base, base);
    });

    test('methods can be passed on as functions, and give back nothing', async () => {
      const { logger, lines } = setUp();
      const { info } = logger;
      assert.equal(info('hello'), undefined);
      await Promise.reject(new Error('late')).catch(logger.error);
      assert.deepEqual(
        lines().map(({ level, message }) => [level, message]),
        [
          ['info', 'hello'],
          ['error', 'late'],
        ],
      );
    });

    test("the caller's objects stay as they are", () => {
      const { logger } = setUp({ autoTrace: true, fields: { service: 'api' } });
      const fields = Object.freeze({ a: Object.freeze({ b: 1 }) });
      logger.info('hello', fields);
      logger.info(fields, 'hello');
      assert.deepEqual(fields, { a: { b: 1 } });
    });
  });
}

test('a level that is switched off writes nothing, and comes back when it is switched on', () => {
  for (const kind of ['pino', 'winston']) {
    const { logger: base, lines } = kinds[kind].create({ level: 'info' });
    const logger = OtelLogger.create(base, { fields: { a: 1 } });
    logger.debug('no', { b: 1 });
    logger.debug({ b: 1 }, 'no %s', 'x');
    base.level = 'debug';
    logger.debug('yes');
    assert.deepEqual(
      lines().map(({ message }) => message),
      ['yes'],
      kind,
    );
  }
});

test('an unknown logger that wants fields first gets them first', () => {
  const calls = [];
  const logger = OtelLogger.create({ info: (...args) => calls.push(args) }, { argumentOrder: 'fields-first' });
  logger.info('hello', { a: 1 });
  logger.info('bare');
  assert.deepEqual(calls, [
    [{ a: 1 }, 'hello'],
    [{}, 'bare'],
  ]);
});

test('causes and members of errors are written where the base logger does not do it', () => {
  const { logger: base, lines } = plainBase();
  const cause = new Error('inner', { cause: 'text' });
  OtelLogger.create(base).error('failed', new AggregateError([new Error('one'), 'two'], 'many', { cause }));
  const { err } = lines()[0].fields;
  assert.deepEqual([err.type, err.message, err.cause.message, err.cause.cause], ['AggregateError', 'many', 'inner', 'text']);
  assert.deepEqual([err.errors[0].message, err.errors[1]], ['one', 'two']);
});

test('errors among the fields and among the properties of an error are written where the base logger does not do it', () => {
  const { logger: base, lines } = plainBase();
  const original = Object.assign(new Error('inner'), { code: 'E_IN' });
  OtelLogger.create(base).error('failed', { error: Object.assign(new Error('outer'), { original }) });
  const { error } = lines()[0].fields;
  assert.deepEqual([error.type, error.message, error.original.message, error.original.code], ['Error', 'outer', 'inner', 'E_IN']);
});

test('winston takes a field called message or level for no other than it is', () => {
  const { logger: base, lines } = kinds.winston.create();
  OtelLogger.create(base).info('hello', { a: 1, level: 'debug', message: 'other' });
  assert.deepEqual(lines(), [{ level: 'info', message: 'hello', fields: { a: 1 } }]);
});

for (const [kind, key] of Object.entries({ winston: 'message', bunyan: 'msg' })) {
  test(`${kind} takes a field called ${key} for the message where a call has no other`, () => {
    const { logger: base, lines } = kinds[kind].create();
    const logger = OtelLogger.create(base);
    const error = new Error('boom');
    logger.info({ [key]: 'upload done', a: 1 });
    logger.info({ [key]: 7, a: 1 });
    logger.info({ [key]: 'failed', a: 1 }, error);
    logger.info({ [key]: undefined, a: 1 }, error);
    logger.info({ a: 1 });
    assert.deepEqual(
      lines().map(({ message }) => String(message)),
      ['upload done', '7', 'failed', 'boom', ''],
    );
    for (const { fields } of lines()) assert.equal(fields.a, 1);
  });
}

test('bunyan takes a field called level for no level', () => {
  const { logger: base, lines } = kinds.bunyan.create();
  OtelLogger.create(base, { fields: { level: 10 } }).info('hello', { a: 1, level: 'gold' });
  assert.deepEqual(lines(), [{ level: 'info', message: 'hello', fields: { a: 1 } }]);
});

test('winston’s defaultMeta is the weakest: ids, fields of the logger and of the call win over it', () => {
  const defaultMeta = { service: 'default', region: 'default', trace_id: 'default', level: 'default', message: 'default', more: 1 };
  const { logger: base, lines } = kinds.winston.create({ defaultMeta });
  const { trace_id, span_id } = TraceContext.generateRandom();
  for (const each of [base, base.child({ region: 'child' })]) {
    const logger = OtelLogger.create(each, { fields: { service: 'job', trace_id, span_id } });
    logger.info('hello', { region: 'eu' });
    logger.info('100%', { region: 'eu' });
  }
  const fields = { service: 'job', region: 'eu', trace_id, span_id, more: 1 };
  const expected = ['hello', '100%'].map((message) => ({ level: 'info', message, fields }));
  assert.deepEqual(lines(), [...expected, ...expected]);
  assert.equal(defaultMeta.region, 'default');
});

test('winston’s module is a logger, too', () => {
  const { logger: base, lines } = kinds.winston.create();
  winston.configure({ level: 'info', format: base.format, transports: base.transports });
  OtelLogger.create(winston).info('hello', { a: 1 });
  assert.deepEqual(lines(), [{ level: 'info', message: 'hello', fields: { a: 1 } }]);
});
