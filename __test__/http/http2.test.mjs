/** HTTP/2: the built-in tracing leaves it alone, and the middleware traces what passes it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import https from 'node:https';
import { test } from 'node:test';
import { tracingMiddleware } from '@manifest-cyber/observability-ts/express';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { certificate } from './certificate.mjs';
import { HOST, listen, parentId, SPAN_ID, serverSpans, TRACE_ID, TRACEPARENT, traced, until } from './support.mjs';

/** A client session, closed with the test. */
function connect(t, port, scheme = 'http') {
  const session = http2.connect(`${scheme}://${HOST}:${port}`, { rejectUnauthorized: false });
  t.after(() => session.destroy());
  return session;
}

/** One request of a session: the response's headers and body. */
async function request(session, headers) {
  const stream = session.request(headers);
  const [answered] = await once(stream, 'response');
  let body = '';
  for await (const chunk of stream.setEncoding('utf8')) body += chunk;
  return { headers: answered, body };
}

/** A handler behind the middleware, as a framework calls it. */
function behindMiddleware(handler) {
  const middleware = tracingMiddleware();
  return (incoming, response) => middleware(incoming, response, () => handler(incoming, response));
}

test('requests and streams of an HTTP/2 server are answered, and make no span', async (t) => {
  const tracing = await traced(t);
  const active = [];
  const server = http2.createServer();
  server.on('request', (incoming, response) => {
    active.push(trace.getActiveSpan());
    if (incoming.url === '/compat') response.end('by request');
  });
  server.on('stream', (stream, headers) => {
    if (headers[':path'] !== '/stream') return;
    stream.respond({ ':status': 200 });
    stream.end('by stream');
  });
  const session = connect(t, await listen(t, server));
  assert.equal((await request(session, { ':path': '/compat' })).body, 'by request');
  assert.equal((await request(session, { ':path': '/stream' })).body, 'by stream');
  assert.deepEqual(active, [undefined, undefined]);
  assert.deepEqual(tracing.getFinishedSpans(), []);
});

for (const builtIn of [true, false]) {
  test(`listeners of an HTTP/2 request’s body run in its context, ${builtIn ? 'beside' : 'without'} the built-in tracing`, async (t) => {
    const tracing = await traced(t, builtIn ? undefined : false);
    const seen = [];
    const server = http2.createServer(
      behindMiddleware((incoming, response) => {
        const note = () => seen.push(trace.getActiveSpan()?.spanContext().spanId);
        incoming.on('data', note);
        incoming.on('end', () => {
          note();
          response.end();
        });
      }),
    );
    const stream = connect(t, await listen(t, server)).request({ ':path': '/', ':method': 'POST' });
    stream.end('body');
    stream.resume();
    const [span] = await serverSpans(tracing);
    assert.deepEqual(seen, Array(2).fill(span.spanContext().spanId));
  });
}

test('the middleware makes the server span of an HTTP/2 request, and adds the header', async (t) => {
  const tracing = await traced(t);
  let active;
  const server = http2.createSecureServer(
    certificate,
    behindMiddleware(async (_incoming, response) => {
      await new Promise((resolve) => setImmediate(resolve));
      active = trace.getActiveSpan()?.spanContext().spanId;
      response.end('traced');
    }),
  );
  const port = await listen(t, server);
  const answer = await request(connect(t, port, 'https'), { ':path': '/items?limit=1', traceparent: TRACEPARENT, 'user-agent': 'tester/2' });
  const [span, ...more] = await serverSpans(tracing);
  const { traceId, spanId } = span.spanContext();
  assert.equal(answer.body, 'traced');
  assert.equal(more.length, 0);
  assert.equal(span.kind, SpanKind.SERVER);
  assert.equal(traceId, TRACE_ID);
  assert.equal(parentId(span), SPAN_ID);
  assert.equal(active, spanId);
  assert.match(answer.headers.traceparent, new RegExp(`^00-${traceId}-${spanId}-0[13]$`));
  assert.deepEqual(
    { ...span.attributes },
    {
      'http.request.method': 'GET',
      'url.path': '/items',
      'url.query': 'limit=1',
      'url.scheme': 'https',
      'server.address': HOST,
      'server.port': port,
      'client.address': HOST,
      'network.peer.address': HOST,
      'network.protocol.version': '2',
      'user_agent.original': 'tester/2',
      'http.response.status_code': 200,
    },
  );
});

test('requests of one HTTP/2 session have a span each, in their own context', async (t) => {
  const tracing = await traced(t);
  const seen = new Map();
  const server = http2.createServer(
    behindMiddleware(async (incoming, response) => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.set(incoming.url, trace.getActiveSpan()?.spanContext().spanId);
      response.end();
    }),
  );
  const session = connect(t, await listen(t, server));
  await Promise.all(['/1', '/2', '/3'].map((path) => request(session, { ':path': path })));
  const spans = await serverSpans(tracing, 3);
  assert.equal(spans.length, 3);
  assert.equal(new Set(spans.map((span) => span.spanContext().traceId)).size, 3);
  for (const span of spans) assert.equal(seen.get(span.attributes['url.path']), span.spanContext().spanId);
});

test('an HTTP/2 response of 503 is a failure, and a stream that the client resets none', async (t) => {
  const tracing = await traced(t);
  let waiting = false;
  const server = http2.createServer(
    behindMiddleware((incoming, response) => {
      if (incoming.url === '/busy') response.writeHead(503).end();
      else waiting = true;
    }),
  );
  const session = connect(t, await listen(t, server));
  await request(session, { ':path': '/busy' });
  const abandoned = session.request({ ':path': '/slow' });
  abandoned.on('error', () => {});
  await until(() => waiting);
  abandoned.close(http2.constants.NGHTTP2_CANCEL);
  const [busy, slow] = await serverSpans(tracing, 2);
  assert.equal(busy.attributes['http.response.status_code'], 503);
  assert.equal(busy.status.code, SpanStatusCode.ERROR);
  assert.equal(slow.attributes['error.type'], 'client_aborted');
  assert.equal(slow.status.code, SpanStatusCode.UNSET);
});

test('HTTP/1 on an HTTP/2 server is traced by the middleware, once', async (t) => {
  const tracing = await traced(t, { outgoing: false });
  const server = http2.createSecureServer(
    { ...certificate, allowHTTP1: true },
    behindMiddleware((_incoming, response) => response.end()),
  );
  const port = await listen(t, server);
  const sent = https.get({ host: HOST, port, path: '/old', rejectUnauthorized: false, agent: false });
  const [response] = await once(sent, 'response');
  response.resume();
  const spans = await serverSpans(tracing);
  assert.equal(spans.length, 1);
  assert.equal(spans[0].attributes['network.protocol.version'], '1.1');
  assert.match(response.headers.traceparent, new RegExp(spans[0].spanContext().spanId));
});
