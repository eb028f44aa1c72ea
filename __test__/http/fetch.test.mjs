/** Client spans of the global fetch and of undici from npm. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { context, createContextKey, SpanStatusCode, trace } from '@opentelemetry/api';
import * as undici from 'undici';
import { clientSpans, HOST, parentId, serve, TRACEPARENT, traced } from './support.mjs';

const CLIENT_ONLY = { incoming: false };

const echo = (t) => serve(t, (request, response) => response.end(JSON.stringify(request.rawHeaders)));

/** All values of a header, however often it came. */
const values = (rawHeaders, name) => JSON.parse(rawHeaders).filter((_, i, all) => i % 2 === 1 && all[i - 1].toLowerCase() === name);

const traceparentOf = (span) => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags.toString(16)}`;
};

/** undici 8 needs a newer Node than the oldest that we support. */
const [major] = process.versions.node.split('.').map(Number);
const packages = ['undici', 'undici7', ...(major >= 22 ? ['undici8'] : [])];

/** The ways to make a request: each takes a URL and options, and gives the body of the answer. */
const WAYS = { 'the global fetch': async (url, options) => (await fetch(url, options)).text() };
for (const name of packages) {
  const client = await import(name);
  WAYS[`fetch of ${name}`] = async (url, options) => (await client.fetch(url, options)).text();
  WAYS[`request of ${name}`] = async (url, options) => (await client.request(url, options)).body.text();
}

for (const [way, send] of Object.entries(WAYS)) {
  test(`${way} makes a client span with the attributes of the conventions`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await echo(t);
    await send(`http://${HOST}:${port}/items?limit=10&sig=abc`);
    const spans = await clientSpans(tracing);
    assert.equal(spans.length, 1);
    assert.equal(spans[0].name, 'GET');
    assert.deepEqual(
      { ...spans[0].attributes },
      {
        'http.request.method': 'GET',
        'url.full': `http://${HOST}:${port}/items?limit=10&sig=REDACTED`,
        'server.address': HOST,
        'server.port': port,
        'http.response.status_code': 200,
      },
    );
  });

  test(`the traceparent goes out with ${way}, under the active span`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await echo(t);
    const tracer = trace.getTracer('test');
    const [parent, body] = await tracer.startActiveSpan('parent', async (span) => {
      const answer = await send(`http://${HOST}:${port}/`);
      span.end();
      return [span, answer];
    });
    const [span] = await clientSpans(tracing);
    assert.equal(parentId(span), parent.spanContext().spanId);
    assert.deepEqual(values(body, 'traceparent'), [traceparentOf(span)]);
  });

  test(`the caller's own traceparent is replaced with ${way}`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await echo(t);
    const body = await send(`http://${HOST}:${port}/`, { headers: { Traceparent: TRACEPARENT } });
    const [span] = await clientSpans(tracing);
    assert.deepEqual(values(body, 'traceparent'), [traceparentOf(span)]);
  });

  test(`a refused connection fails the span of ${way}`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const server = net.createServer().listen(0, HOST);
    await once(server, 'listening');
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(send(`http://${HOST}:${port}/`));
    const [span] = await clientSpans(tracing);
    assert.equal(span.attributes['error.type'], 'ECONNREFUSED');
    assert.equal(span.status.code, SpanStatusCode.ERROR);
  });

  test(`an abort ends the span of ${way}`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const controller = new AbortController();
    const port = await serve(t, () => controller.abort());
    await assert.rejects(send(`http://${HOST}:${port}/`, { signal: controller.signal }));
    const [span] = await clientSpans(tracing);
    assert.match(span.attributes['error.type'], /^(AbortError|ABORT_ERR|UND_ERR_ABORTED|20)$/);
  });

  test(`nothing of ${way} is traced where tracing is suppressed`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await echo(t);
    const suppressed = context.active().setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true);
    const body = await context.with(suppressed, () => send(`http://${HOST}:${port}/`));
    assert.deepEqual(values(body, 'traceparent'), []);
    assert.equal(tracing.getFinishedSpans().length, 0);
  });
}

/** The clients whose answers can be given up, and how. */
const READERS = { 'the global fetch': [fetch, undici.request] };
for (const name of packages) {
  const client = await import(name);
  READERS[name] = [client.fetch, client.request];
}

/** A server whose answer has no end. */
const endless = (t, status = 200) => serve(t, (_request, response) => response.writeHead(status).write('x'));

for (const [name, [fetchOf, requestOf]] of Object.entries(READERS)) {
  const ways = {
    [`fetch of ${name}, cancelled`]: async (url) => (await fetchOf(url)).body.cancel(),
    [`fetch of ${name}, cancelled with a word`]: async (url) => (await fetchOf(url)).body.cancel('enough'),
    [`fetch of ${name}, left in a loop`]: async (url) => {
      for await (const _chunk of (await fetchOf(url)).body) break;
    },
    [`request of ${name}, destroyed`]: async (url) => (await requestOf(url)).body.on('error', () => {}).destroy(),
    [`request of ${name}, left in a loop`]: async (url) => {
      for await (const _chunk of (await requestOf(url)).body) break;
    },
  };
  for (const [way, giveUp] of Object.entries(ways)) {
    test(`a response that its reader gives up is no failure: ${way}`, async (t) => {
      const tracing = await traced(t, CLIENT_ONLY);
      await giveUp(`http://${HOST}:${await endless(t)}/`);
      const [span] = await clientSpans(tracing);
      assert.equal(span.attributes['http.response.status_code'], 200);
      assert.equal(span.attributes['error.type'], 'aborted');
      assert.equal(span.status.code, SpanStatusCode.UNSET);
    });

    test(`a response of 404 that its reader gives up stays one: ${way}`, async (t) => {
      const tracing = await traced(t, CLIENT_ONLY);
      await giveUp(`http://${HOST}:${await endless(t, 404)}/`);
      const [span] = await clientSpans(tracing);
      assert.equal(span.attributes['error.type'], '404');
      assert.equal(span.status.code, SpanStatusCode.ERROR);
    });
  }

  for (const [what, reason, type] of [
    ['its own reason', undefined, 'AbortError'],
    ["the caller's", new TypeError('no more'), 'TypeError'],
  ]) {
    test(`a signal that aborts the body of fetch of ${name}, with ${what}, fails the span`, async (t) => {
      const tracing = await traced(t, CLIENT_ONLY);
      const controller = new AbortController();
      const response = await fetchOf(`http://${HOST}:${await endless(t)}/`, { signal: controller.signal });
      const text = response.text();
      controller.abort(reason);
      await assert.rejects(text);
      const [span] = await clientSpans(tracing);
      assert.equal(span.attributes['error.type'], type);
      assert.equal(span.status.code, SpanStatusCode.ERROR);
    });
  }

  test(`a body of ${name} that breaks off fails the span`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await serve(t, (request, response) => response.write('part', () => request.socket.destroy()));
    await assert.rejects(async () => (await requestOf(`http://${HOST}:${port}/`)).body.text());
    const [span] = await clientSpans(tracing);
    assert.equal(span.attributes['error.type'], 'UND_ERR_SOCKET');
    assert.equal(span.status.code, SpanStatusCode.ERROR);
  });
}

test('a status of 404 is a failure for fetch', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await serve(t, (_request, response) => response.writeHead(404).end());
  await (await fetch(`http://${HOST}:${port}/`)).text();
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['error.type'], '404');
  assert.equal(span.status.code, SpanStatusCode.ERROR);
});

test('each hop of a redirect that fetch follows is a span with its own traceparent', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const seen = [];
  const port = await serve(t, (request, response) => {
    seen.push(request.headers.traceparent);
    if (request.url === '/old') response.writeHead(302, { location: '/new' });
    response.end();
  });
  await (await fetch(`http://${HOST}:${port}/old`)).text();
  const spans = await clientSpans(tracing, 2);
  assert.deepEqual(
    spans.map((span) => span.attributes['http.response.status_code']),
    [302, 200],
  );
  assert.deepEqual(seen, spans.map(traceparentOf));
});

test('a POST of fetch has its method', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  await (await fetch(`http://${HOST}:${port}/`, { method: 'POST', body: 'x' })).text();
  const [span] = await clientSpans(tracing);
  assert.equal(span.name, 'POST');
});

test('a pool of undici reuses connections, with a span each', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const pool = new undici.Pool(`http://${HOST}:${port}`, { connections: 1 });
  t.after(() => pool.close());
  const bodies = await Promise.all(['/1', '/2', '/3'].map(async (path) => (await pool.request({ path, method: 'GET' })).body.text()));
  const spans = await clientSpans(tracing, 3);
  assert.equal(spans.length, 3);
  assert.deepEqual(bodies.flatMap((body) => values(body, 'traceparent')).sort(), spans.map(traceparentOf).sort());
});

test('without fetch tracing there are no spans and no headers', async (t) => {
  const tracing = await traced(t, { incoming: false, fetch: false });
  const port = await echo(t);
  const body = await (await fetch(`http://${HOST}:${port}/`)).text();
  assert.deepEqual(values(body, 'traceparent'), []);
  assert.equal(tracing.getFinishedSpans().length, 0);
});
