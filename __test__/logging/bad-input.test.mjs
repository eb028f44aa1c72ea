/** Base loggers that lack methods, throw or reject, and what cannot be written: nothing reaches the service, and one warning says what is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLoggerWithMessageTrace, OtelLogger, withRootSpan } from '@manifest-cyber/observability-ts/logging';
import { until } from '../../scripts/parts/until.mjs';
import { consoleBase, kinds, plainBase } from './bases.mjs';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];
const warnings = [];
process.on('warning', ({ code }) => warnings.push(code));
const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
const warned = (code) => until(`the warning ${code}`, () => warnings.includes(code), { describe: () => `; there were ${warnings}` });

test('a logger without a level writes it by the method nearest to it', () => {
  const lines = [];
  const write = (name) => (message) => lines.push([name, message]);
  const cases = [
    [
      { error: write('error'), info: write('info') },
      { fatal: 'error', error: 'error', info: 'info' },
    ],
    [
      { log: write('log'), error: write('error') },
      { fatal: 'error', error: 'error', warn: 'log', info: 'log', debug: 'log', trace: 'log' },
    ],
    [
      { crit: write('crit'), warning: write('warning'), notice: write('notice') },
      { fatal: 'crit', warn: 'warning', info: 'notice' },
    ],
  ];
  for (const [base, expected] of cases) {
    const logger = OtelLogger.create(base);
    for (const [level, method] of Object.entries(expected)) {
      logger[level](level);
      assert.deepEqual(lines.pop(), [method, level]);
    }
  }
});

test('a logger without a method for a level loses its lines, with one warning', async () => {
  const logger = OtelLogger.create({ info() {} });
  for (let i = 0; i < 3; i++) logger.error('lost');
  OtelLogger.create({}).error('lost');
  await warned('OBS_LOGGER_METHOD_MISSING_ERROR');
  assert.equal(warnings.filter((code) => code === 'OBS_LOGGER_METHOD_MISSING_ERROR').length, 1);
});

test('winston with levels of its own: what it has not is written at the level nearest to it, or lost with one warning', async (t) => {
  const print = t.mock.method(console, 'error', () => {});
  const { logger: base, lines } = kinds.winston.create({ levels: { error: 0, audit: 1 }, level: 'audit' });
  const logger = OtelLogger.create(base);
  logger.fatal('fatal');
  logger.debug('lost');
  assert.deepEqual(
    lines().map(({ level, message }) => [level, message]),
    [['error', 'fatal']],
  );
  await warned('OBS_LOGGER_METHOD_MISSING_DEBUG');
  assert.equal(print.mock.callCount(), 0);
});

test('a logger that throws never reaches the service', async () => {
  let calls = 0;
  const throws = () => {
    calls++;
    throw new Error('disk full');
  };
  const logger = OtelLogger.create(Object.fromEntries(LEVELS.map((level) => [level, throws])), { fields: { a: 1 } });
  for (const level of LEVELS) {
    assert.doesNotThrow(() => logger[level]('message'));
    assert.doesNotThrow(() => logger[level]({ a: 1 }, 'message'));
    assert.doesNotThrow(() => logger[level](new Error('mine')));
  }
  assert.ok(calls >= 3 * LEVELS.length);
  await warned('OBS_LOGGER_THREW');
});

test('a logger that rejects leaves no unhandled rejection', async () => {
  const logger = OtelLogger.create({ info: () => Promise.reject(new Error('late')) });
  logger.info('hello');
  await warned('OBS_LOGGER_REJECTED');
  assert.deepEqual(unhandled, []);
});

for (const base of [undefined, null, 42, 'logger', true, Symbol('s')]) {
  test(`no base logger, ${String(base)}: lines go to the console`, async (t) => {
    const print = t.mock.method(console, 'info', () => {});
    OtelLogger.create(base, { fields: { a: 1 } }).info('hello');
    createLoggerWithMessageTrace({}, base).info('hello');
    assert.equal(
      withRootSpan('job', base, (logger) => {
        logger.info('hello');
        return 42;
      }),
      42,
    );
    assert.equal(print.mock.callCount(), 3);
    assert.deepEqual(print.mock.calls[0].arguments, ['hello', { a: 1 }]);
    await warned('OBS_LOGGER_INVALID');
  });
}

test('a base logger whose members throw is none', () => {
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('get');
      },
      has() {
        throw new Error('has');
      },
    },
  );
  assert.doesNotThrow(() => OtelLogger.create(hostile).debug('hello'));
});

const circle = { name: 'circle' };
circle.self = circle;
const getter = {
  fine: 1,
  get bad() {
    throw new Error('getter');
  },
};
const revoked = Proxy.revocable({}, {});
revoked.revoke();

for (const [kind, { create }] of Object.entries(kinds)) {
  test(`${kind}: what cannot be written does not throw, and its message is not lost`, () => {
    const { logger: base, lines } = create();
    const logger = OtelLogger.create(base, { autoTrace: true });
    const values = [
      circle,
      { circle },
      getter,
      { deep: getter },
      { big: 10n },
      { object: { toJSON: () => circle } },
      { s: Symbol('s'), f() {} },
      revoked.proxy,
    ];
    for (const [index, value] of values.entries()) {
      const message = `value ${index}`;
      assert.doesNotThrow(() => logger.info(message, value));
      assert.ok(
        lines().some((line) => line.message === message),
        message,
      );
      assert.doesNotThrow(() => logger.info(value, message));
      assert.doesNotThrow(() => logger.error(value));
      assert.doesNotThrow(() => logger.child(value).info('child'));
      assert.doesNotThrow(() => OtelLogger.create(base, { fields: value }).info('fields'));
      assert.doesNotThrow(() => OtelLogger.create(base, value).info('options'));
    }
  });

  test(`${kind}: errors that are hostile do not throw, and their line is written`, () => {
    const { logger: base, lines } = create();
    const logger = OtelLogger.create(base);
    const looped = new Error('looped');
    looped.cause = looped;
    const hostile = new Error('hostile');
    for (const name of ['stack', 'cause', 'name']) {
      Object.defineProperty(hostile, name, {
        get() {
          throw new Error(`${name} of the error`);
        },
      });
    }
    for (const [index, error] of [looped, hostile].entries()) {
      assert.doesNotThrow(() => logger.error(`error ${index}`, error));
      assert.doesNotThrow(() => logger.error(error));
      assert.ok(lines().some(({ message }) => message === `error ${index}`));
    }
  });
}

test('a logger that makes JSON of its fields itself writes the message of what has a circle', () => {
  const lines = [];
  const logger = OtelLogger.create({ info: (message, fields) => lines.push(JSON.stringify({ message, ...fields })) }, { fields: { service: 'api' } });
  logger.info('hello', { circle });
  assert.deepEqual(lines, [JSON.stringify({ message: 'hello', fields_lost: true })]);
});

test('bad options are no options', () => {
  const { logger: base, lines } = plainBase();
  for (const options of [null, 42, 'x', [], { autoTrace: 'yes', fields: 7, argumentOrder: {} }, { fields: [1] }, { fields: null }]) {
    OtelLogger.create(base, options).info('hello', { a: 1 });
    createLoggerWithMessageTrace({}, base, options).info('hello', { a: 1 });
    withRootSpan('job', base, (logger) => logger.info('hello', { a: 1 }), options);
  }
  assert.equal(lines().length, 21);
  for (const { message, fields } of lines()) assert.deepEqual([message, fields.a], ['hello', 1]);
});

test('no arguments at all write an empty line', () => {
  for (const [kind, { create }] of Object.entries(kinds)) {
    const { logger: base, lines } = create();
    OtelLogger.create(base).info();
    assert.equal(lines().length, 1, kind);
  }
});

test('the console does not take a message for a format', () => {
  const { logger: base, text } = consoleBase();
  OtelLogger.create(base).info('100%d done', { a: 1 });
  assert.equal(text(), '100%d done { a: 1 }\n');
});

test('a large field is written', () => {
  const { logger: base, lines } = kinds.pino.create();
  OtelLogger.create(base).info('hello', { text: 'x'.repeat(1_000_000) });
  assert.equal(lines()[0].fields.text.length, 1_000_000);
});
