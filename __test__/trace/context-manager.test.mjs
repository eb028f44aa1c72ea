/** The active context follows the work, as OpenTelemetry's own context manager makes it follow. Each test runs with both. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';

const KEY = createContextKey('test');
const A = ROOT_CONTEXT.setValue(KEY, 'a');
const B = ROOT_CONTEXT.setValue(KEY, 'b');
const active = () => context.active().getValue(KEY);

const behaviours = {
  'outside of everything no value is active': () => assert.equal(active(), undefined),
  'with activates a context, and takes it back': () => {
    assert.equal(context.with(A, active), 'a');
    assert.equal(active(), undefined);
  },
  'with nests': () => {
    context.with(A, () => {
      assert.equal(context.with(B, active), 'b');
      assert.equal(active(), 'a');
    });
  },
  'with gives this and arguments on': () => {
    const seen = context.with(
      A,
      function (...args) {
        return [this, args, active()];
      },
      'this',
      1,
      2,
    );
    assert.deepEqual([typeof seen[0] === 'object' ? String(seen[0]) : seen[0], seen[1], seen[2]], ['this', [1, 2], 'a']);
  },
  'with gives back what the function returns, and throws what it throws': () => {
    assert.equal(
      context.with(A, () => 42),
      42,
    );
    assert.throws(
      () =>
        context.with(A, () => {
          throw new RangeError('mine');
        }),
      RangeError,
    );
    assert.equal(active(), undefined);
  },
  'it follows promises': async () => {
    const seen = await context.with(A, async () => {
      await null;
      return active();
    });
    assert.equal(seen, 'a');
    assert.equal(active(), undefined);
  },
  'it follows timers': async () => {
    const seen = await context.with(A, () =>
      Promise.all([setTimeout, setImmediate].map((later) => new Promise((resolve) => later(() => resolve(active()))))),
    );
    assert.deepEqual(seen, ['a', 'a']);
  },
  'it follows process.nextTick and queueMicrotask': async () => {
    const seen = await context.with(A, () =>
      Promise.all([process.nextTick, queueMicrotask].map((later) => new Promise((resolve) => later(() => resolve(active()))))),
    );
    assert.deepEqual(seen, ['a', 'a']);
  },
  'work side by side does not mix': async () => {
    const work = (of) =>
      context.with(of, async () => {
        const seen = [];
        for (let i = 0; i < 5; i++) {
          await delay(i % 2);
          seen.push(active());
        }
        return [...new Set(seen)];
      });
    assert.deepEqual(await Promise.all([work(A), work(B), work(A)]), [['a'], ['b'], ['a']]);
  },
  'it follows async iteration': async () => {
    async function* numbers() {
      yield active();
      await delay(1);
      yield active();
    }
    const seen = [];
    await context.with(A, async () => {
      for await (const one of numbers()) seen.push(one);
    });
    assert.deepEqual(seen, ['a', 'a']);
  },
  'it follows the pipeline of streams': async () => {
    const seen = new Set();
    const through = new Transform({
      objectMode: true,
      transform(chunk, _encoding, done) {
        seen.add(active());
        done(null, chunk);
      },
    });
    await context.with(A, () =>
      pipeline(Readable.from(['x', 'y', 'z']), through, async (source) => {
        for await (const _chunk of source) seen.add(active());
      }),
    );
    assert.deepEqual([...seen], ['a']);
  },
  'a bound function runs in its context, wherever it is called': () => {
    const bound = context.bind(A, active);
    assert.equal(context.with(B, bound), 'a');
    assert.equal(bound(), 'a');
    assert.equal(active(), undefined);
  },
  'a bound function keeps this, arguments and length': () => {
    const bound = context.bind(A, function (x, y) {
      return [this.name, x, y];
    });
    assert.equal(bound.length, 2);
    assert.deepEqual(bound.call({ name: 'object' }, 1, 2), ['object', 1, 2]);
  },
  'a bound function throws on': () => {
    const bound = context.bind(A, () => {
      throw new RangeError('mine');
    });
    assert.throws(bound, RangeError);
  },
  'binding anything else gives it back': () => {
    const plain = { a: 1 };
    assert.equal(context.bind(A, plain), plain);
    assert.equal(context.bind(A, 42), 42);
    assert.equal(context.bind(A, undefined), undefined);
  },
  'listeners of a bound emitter run in its context, however they were added': () => {
    const emitter = new EventEmitter();
    assert.equal(context.bind(A, emitter), emitter);
    const seen = [];
    for (const add of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']) {
      emitter[add](add, () => seen.push(active()));
      context.with(B, () => emitter.emit(add));
    }
    assert.deepEqual(seen, ['a', 'a', 'a', 'a', 'a']);
  },
  'listeners that were there before stay as they are': () => {
    const emitter = new EventEmitter();
    const seen = [];
    emitter.on('x', () => seen.push(active()));
    context.bind(A, emitter);
    emitter.emit('x');
    assert.deepEqual(seen, [undefined]);
  },
  'listeners of a bound emitter get this and arguments': () => {
    const emitter = context.bind(A, new EventEmitter());
    const seen = [];
    emitter.on('x', function (...args) {
      seen.push(this === emitter, args);
    });
    emitter.emit('x', 1, 2);
    assert.deepEqual(seen, [true, [1, 2]]);
  },
  'a listener of a bound emitter can be removed': () => {
    for (const [add, remove] of [
      ['on', 'off'],
      ['addListener', 'removeListener'],
      ['once', 'removeListener'],
      ['prependListener', 'off'],
      ['prependOnceListener', 'off'],
    ]) {
      const emitter = context.bind(A, new EventEmitter());
      let calls = 0;
      const listener = () => calls++;
      emitter[add]('x', listener);
      emitter[remove]('x', listener);
      emitter.emit('x');
      assert.deepEqual([calls, emitter.listenerCount('x')], [0, 0], `${add} and ${remove}`);
    }
  },
  'all listeners of a bound emitter can be removed': () => {
    const emitter = context.bind(A, new EventEmitter());
    let calls = 0;
    emitter.on('x', () => calls++).once('y', () => calls++);
    emitter.removeAllListeners('x');
    emitter.emit('x');
    emitter.removeAllListeners();
    emitter.emit('y');
    assert.equal(calls, 0);
  },
  'a once-listener of a bound emitter is called once': () => {
    const emitter = context.bind(A, new EventEmitter());
    let calls = 0;
    emitter.once('x', () => calls++);
    emitter.emit('x');
    emitter.emit('x');
    assert.deepEqual([calls, emitter.listenerCount('x')], [1, 0]);
  },
  'the same listener twice is removed once': () => {
    const emitter = context.bind(A, new EventEmitter());
    let calls = 0;
    const listener = () => calls++;
    emitter.on('x', listener).on('x', listener).off('x', listener);
    emitter.emit('x');
    assert.equal(calls, 1);
  },
  'binding an emitter twice keeps its first context': () => {
    const emitter = context.bind(B, context.bind(A, new EventEmitter()));
    const seen = [];
    emitter.on('x', () => seen.push(active()));
    emitter.emit('x');
    assert.deepEqual(seen, ['a']);
  },
  'events.once works with a bound emitter': async () => {
    const emitter = context.bind(A, new EventEmitter());
    const waiting = once(emitter, 'x');
    emitter.emit('x', 42);
    assert.deepEqual(await waiting, [42]);
  },
};

const managers = {
  ours: () => {
    const tracing = createTestTracing({ http: false });
    return () => tracing.shutdown();
  },
  'OpenTelemetry, as the measure': () => {
    const manager = new AsyncLocalStorageContextManager().enable();
    context.setGlobalContextManager(manager);
    return () => context.disable();
  },
};

for (const [whose, start] of Object.entries(managers)) {
  test(whose, async (t) => {
    const stop = start();
    for (const [what, check] of Object.entries(behaviours)) {
      await t.test(what, check);
    }
    await stop();
  });
}

test('listeners() of a bound emitter gives the listeners that were added', () => {
  const tracing = createTestTracing({ http: false });
  const emitter = context.bind(A, new EventEmitter());
  const listener = () => {};
  emitter.on('x', listener).once('x', listener);
  assert.deepEqual(emitter.listeners('x'), [listener, listener]);
  tracing.shutdown();
});
