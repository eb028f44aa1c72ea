/**
 * The active span is never lost and never another's: through everything that Node takes work across with, many pieces of work at a time. Each piece has a
 * span of its own and makes one more at the far end of the way; that one has to be its child.
 */
import assert from 'node:assert/strict';
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { lookup } from 'node:dns';
import { EventEmitter, on, once } from 'node:events';
import { readFile } from 'node:fs';
import { readFile as readFilePromise } from 'node:fs/promises';
import http from 'node:http';
import { connect, createServer } from 'node:net';
import { PassThrough, Readable, Transform, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import timers, { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { deflate } from 'node:zlib';
import { getActiveSpan, getTracer, withSpan } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { context } from '@opentelemetry/api';

const FILE = fileURLToPath(import.meta.url);
const PIECES = 24;

let tracing;
let echo;
let api;
before(async () => {
  tracing = createTestTracing({ http: false });
  echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  api = http.createServer((_request, response) => setTimeout(() => response.end('ok'), 1)).listen(0, '127.0.0.1');
  await Promise.all([once(echo, 'listening'), once(api, 'listening')]);
});
after(async () => {
  agent.destroy();
  echo.close();
  api.close();
  await tracing.shutdown();
});

/** Few sockets for many requests: most are made by one piece of work and used by another. */
const agent = new http.Agent({ keepAlive: true, maxSockets: 3 });

const later = (start) => (far) => new Promise((resolve, reject) => start(() => settle(far, resolve, reject)));
function settle(far, resolve, reject) {
  try {
    resolve(far());
  } catch (error) {
    reject(error);
  }
}

/** A pool as drivers have them: work is queued with a callback and done by a loop that was started by nobody in particular. */
const pool = { waiting: [], run: (done) => pool.waiting.push(done) };
setInterval(() => {
  for (const done of pool.waiting.splice(0)) done();
}, 1).unref();

/** Each takes `far` to a far end and gives a promise of what it gives there. */
const ways = {
  setTimeout: later((far) => setTimeout(far, Math.random() * 5)),
  setImmediate: later(setImmediate),
  'process.nextTick': later(process.nextTick),
  queueMicrotask: later(queueMicrotask),
  setInterval: later((far) => {
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns < 3) return;
      clearInterval(timer);
      far();
    }, 1);
  }),
  'setInterval of timers/promises': async (far) => {
    for await (const _turn of timers.setInterval(1)) return far();
  },
  'await of a value, a promise, a delay': async (far) => {
    await null;
    await Promise.resolve();
    await delay(Math.random() * 5);
    return far();
  },
  'then, catch, finally': (far) =>
    delay(1)
      .then(() => Promise.reject(new Error('on purpose')))
      .catch(() => delay(1))
      .finally(() => delay(1))
      .then(far),
  'a promise that another resolves': (far) => new Promise((resolve) => pool.run(resolve)).then(far),
  'Promise.all, race, any and allSettled': async (far) => {
    await Promise.all([delay(1), delay(2)]);
    await Promise.race([delay(1), delay(20)]);
    await Promise.any([Promise.reject(new Error('on purpose')), delay(1)]);
    await Promise.allSettled([Promise.reject(new Error('on purpose'))]);
    return far();
  },
  'a thenable': async (far) => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
    await { then: (resolve) => setTimeout(resolve, 1) };
    return far();
  },
  'an async generator': async (far) => {
    async function* steps() {
      await delay(1);
      yield 1;
      await delay(Math.random() * 3);
      yield far();
    }
    let last;
    for await (const step of steps()) last = step;
    return last;
  },
  'an async iterator over events': async (far) => {
    const emitter = new EventEmitter();
    setTimeout(() => emitter.emit('step'), 1);
    for await (const _event of on(emitter, 'step')) return far();
  },
  'for await over a stream': async (far) => {
    let result;
    for await (const chunk of Readable.from(slowly(['a', 'b']))) result = chunk === 'b' ? far() : undefined;
    return result;
  },
  'a pipeline of streams': async (far) => {
    let result;
    const through = new Transform({
      transform(chunk, _encoding, done) {
        setTimeout(() => {
          result = far();
          done(null, chunk);
        }, 1);
      },
    });
    await pipeline(Readable.from(['x']), through, new PassThrough(), new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) }));
    return result;
  },
  'the events of a stream': async (far) => {
    let result;
    const stream = Readable.from(slowly(['x'])).on('data', () => (result = far()));
    await finished(stream);
    return result;
  },
  'an EventEmitter that is emitted later': (far) =>
    later((done) => {
      const emitter = new EventEmitter().once('done', done);
      setTimeout(() => emitter.emit('done'), 1);
    })(far),
  'a callback of the file system': later((far) => readFile(FILE, far)),
  'a promise of the file system': (far) => readFilePromise(FILE).then(far),
  'a callback of DNS': later((far) => lookup('127.0.0.1', far)),
  'callbacks of the thread pool': later((far) => pbkdf2('x', 'salt', 10, 8, 'sha256', () => deflate('x'.repeat(1000), far))),
  'a promisified callback': (far) => promisify(deflate)('x').then(far),
  'a child process': later((far) => execFile(process.execPath, ['--version'], far)),
  'a socket of its own': later((far) => {
    const socket = connect(echo.address().port, '127.0.0.1');
    socket.once('data', () => {
      socket.end();
      far();
    });
    socket.write('x');
  }),
  'a socket that other work has opened': later((far) =>
    http.get({ port: api.address().port, host: '127.0.0.1', agent }, (response) => response.resume().on('end', far)),
  ),
  'a message port': later((far) => {
    const { port1, port2 } = new MessageChannel();
    port2.once('message', () => {
      port1.close();
      far();
    });
    port1.postMessage('x');
  }),
  'a pool, the callback bound by context.bind': later((far) => pool.run(context.bind(context.active(), far))),
  'a pool, the callback bound by AsyncResource.bind': later((far) => pool.run(AsyncResource.bind(far))),
  'a pool, the callback run in an AsyncResource': later((far) => {
    const resource = new AsyncResource('work');
    pool.run(() => resource.runInAsyncScope(far));
  }),
  'a pool, the callback bound by AsyncLocalStorage': later((far) => pool.run(AsyncLocalStorage.bind(far))),
  'a pool, run in a snapshot': later((far) => {
    const inside = AsyncLocalStorage.snapshot();
    pool.run(() => inside(far));
  }),
  'a pool, the emitter bound': later((far) => {
    const emitter = context.bind(context.active(), new EventEmitter());
    emitter.once('done', far);
    pool.run(() => emitter.emit('done'));
  }),
  'a pool, context.with at the far end': later((far) => {
    const here = context.active();
    pool.run(() => context.with(here, far));
  }),
};

async function* slowly(values) {
  for (const value of values) {
    await delay(1);
    yield value;
  }
}

for (const [way, carry] of Object.entries(ways)) {
  test(`${way}: the span at the far end is a child of its own work's`, async () => {
    tracing.reset();
    const work = (n) =>
      withSpan(`work ${n}`, async (span) => {
        await carry(() => getTracer().startSpan(`far ${n}`).end());
        assert.equal(getActiveSpan(), span, 'and back again');
      });
    const pieces = way === 'a child process' ? 3 : PIECES;
    await Promise.all(Array.from({ length: pieces }, (_, n) => work(n)));
    assert.equal(getActiveSpan(), undefined);
    const spans = tracing.getFinishedSpans();
    assert.equal(spans.length, 2 * pieces);
    const byName = new Map(spans.map((span) => [span.name, span]));
    for (let n = 0; n < pieces; n++) {
      const own = byName.get(`work ${n}`);
      assert.equal(own.parentSpanContext, undefined);
      assert.equal(byName.get(`far ${n}`).parentSpanContext?.spanId, own.spanContext().spanId, `far ${n}`);
      assert.equal(byName.get(`far ${n}`).spanContext().traceId, own.spanContext().traceId);
    }
  });
}

test('a pool calls back without binding: no span is active, rather than another work’s', async () => {
  tracing.reset();
  await Promise.all(Array.from({ length: PIECES }, () => withSpan('work', () => later(pool.run)(() => assert.equal(getActiveSpan(), undefined)))));
});

test('spans nest, 60 deep and across awaits, and unwind', async () => {
  tracing.reset();
  const nest = (depth) =>
    withSpan(`depth ${depth}`, async (span) => {
      await (depth % 3 === 0 ? delay(1) : null);
      if (depth < 60) await nest(depth + 1);
      assert.equal(getActiveSpan(), span);
    });
  await Promise.all([nest(0), nest(0), nest(0)]);
  const spans = tracing.getFinishedSpans();
  assert.equal(spans.length, 3 * 61);
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  for (const { name, parentSpanContext } of spans) {
    const depth = Number(name.slice('depth '.length));
    assert.equal(byId.get(parentSpanContext?.spanId)?.name, depth === 0 ? undefined : `depth ${depth - 1}`);
  }
});

const failures = {
  'a throw': () => {
    throw new Error('on purpose');
  },
  'a throw after an await': async () => {
    await delay(1);
    throw new Error('on purpose');
  },
  'a rejected promise': () => Promise.reject(new Error('on purpose')),
  'a throw in a nested span': () =>
    withSpan('inner', () => {
      throw new Error('on purpose');
    }),
  'a throw inside context.with': () =>
    context.with(context.active(), () => {
      throw new Error('on purpose');
    }),
  'a throw in startActiveSpan': () =>
    getTracer().startActiveSpan('inner', (span) => {
      span.end();
      throw new Error('on purpose');
    }),
};
for (const [what, fail] of Object.entries(failures)) {
  test(`${what} leaves the outer span active, in catch, in finally and behind them`, async () => {
    await withSpan('outer', async (outer) => {
      try {
        await withSpan('failing', fail);
        assert.fail('it did not throw');
      } catch (error) {
        assert.equal(error.message, 'on purpose');
        assert.equal(getActiveSpan(), outer);
        await delay(1);
        assert.equal(getActiveSpan(), outer);
      } finally {
        assert.equal(getActiveSpan(), outer);
      }
      await null;
      assert.equal(getActiveSpan(), outer);
    });
    assert.equal(getActiveSpan(), undefined);
  });
}

test('a listener that throws in emit leaves the emitter’s span active', () => {
  const emitter = new EventEmitter().on('x', () => {
    throw new Error('on purpose');
  });
  withSpan('outer', (outer) => {
    assert.throws(() => withSpan('inner', () => emitter.emit('x')), /on purpose/);
    assert.equal(getActiveSpan(), outer);
  });
});

test('a listener runs in the context of whoever emits, unless it is bound', () => {
  const emitter = new EventEmitter();
  const seen = [];
  withSpan('listening', (listening) => {
    emitter.on('x', () => seen.push(getActiveSpan()));
    emitter.on(
      'x',
      context.bind(context.active(), () => seen.push(getActiveSpan())),
    );
    withSpan('emitting', (emitting) => {
      emitter.emit('x');
      assert.deepEqual(seen, [emitting, listening]);
    });
  });
});

test('a generator that is used by two works in turn runs in the context of each that asks', async () => {
  async function* shared() {
    for (;;) {
      await delay(1);
      yield getActiveSpan();
    }
  }
  const generator = shared();
  const ask = () => withSpan('ask', async (span) => assert.equal((await generator.next()).value, span));
  for (let i = 0; i < 4; i++) await ask();
});

test('work side by side, hundreds of steps of any kind, never has a span under a wrong parent', async () => {
  tracing.reset();
  const names = Object.keys(ways).filter((way) => way !== 'a child process');
  const work = (n) =>
    withSpan(`work ${n}`, async () => {
      for (let step = 0; step < 8; step++) {
        const way = ways[names[(n * 7 + step * 5) % names.length]];
        await way(() => getTracer().startSpan(`step of ${n}`).end());
      }
    });
  await Promise.all(Array.from({ length: 60 }, (_, n) => work(n)));
  const spans = tracing.getFinishedSpans();
  const works = new Map(spans.filter(({ name }) => name.startsWith('work')).map((span) => [span.spanContext().spanId, span.name]));
  const steps = spans.filter(({ name }) => name.startsWith('step'));
  assert.ok(steps.length >= 60 * 8);
  for (const { name, parentSpanContext } of steps) assert.equal(works.get(parentSpanContext?.spanId), name.replace('step of', 'work'));
});
