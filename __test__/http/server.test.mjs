/** Server spans of http and https: what they carry. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import { test } from 'node:test';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { certificate } from './certificate.mjs';
import { get, HOST, listen, parentId, SPAN_ID, serve, serverSpans, TRACE_ID, TRACEPARENT, traced } from './support.mjs';

test('a request makes one server span with the attributes of the conventions', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end('hello'));
  await get(port, '/items?limit=10', { 'User-Agent': 'tester/1' });
  const [span, ...more] = await serverSpans(tracing);
  assert.equal(more.length, 0);
  assert.equal(span.name, 'GET');
  assert.equal(span.kind, SpanKind.SERVER);
  assert.equal(span.status.code, SpanStatusCode.UNSET);
  assert.deepEqual(
    { ...span.attributes },
    {
      'http.request.method': 'GET',
      'url.path': '/items',
      'url.query': 'limit=10',
      'url.scheme': 'http',
      'server.address': HOST,
      'server.port': port,
      'client.address': HOST,
      'network.peer.address': HOST,
      'network.protocol.version': '1.1',
      'user_agent.original': 'tester/1',
      'http.response.status_code': 200,
    },
  );
});

test('a request without traceparent begins a trace', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  await get(port);
  const [span] = await serverSpans(tracing);
  assert.equal(parentId(span), undefined);
});

test('a traceparent makes the caller the parent', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/', { traceparent: TRACEPARENT });
  const [span] = await serverSpans(tracing);
  assert.equal(span.spanContext().traceId, TRACE_ID);
  assert.equal(parentId(span), SPAN_ID);
});

for (const bad of ['', 'garbage', `00-${'0'.repeat(32)}-${SPAN_ID}-01`, `ff-${TRACE_ID}-${SPAN_ID}-01`, 'a'.repeat(7000)]) {
  test(`a traceparent of ${JSON.stringify(bad.slice(0, 60))} begins a new trace`, async (t) => {
    const tracing = await traced(t);
    const port = await serve(t, (_request, response) => response.end());
    await get(port, '/', { traceparent: bad });
    const [span] = await serverSpans(tracing);
    assert.notEqual(span.spanContext().traceId, TRACE_ID);
    assert.equal(parentId(span), undefined);
  });
}

for (const status of [200, 204, 302, 400, 404, 499]) {
  test(`status ${status} is no failure of the server`, async (t) => {
    const tracing = await traced(t);
    const port = await serve(t, (_request, response) => response.writeHead(status).end());
    await get(port);
    const [span] = await serverSpans(tracing);
    assert.equal(span.attributes['http.response.status_code'], status);
    assert.equal(span.attributes['error.type'], undefined);
    assert.equal(span.status.code, SpanStatusCode.UNSET);
  });
}

for (const status of [500, 503, 599]) {
  test(`status ${status} is a failure of the server`, async (t) => {
    const tracing = await traced(t);
    const port = await serve(t, (_request, response) => response.writeHead(status).end());
    await get(port);
    const [span] = await serverSpans(tracing);
    assert.equal(span.attributes['http.response.status_code'], status);
    assert.equal(span.attributes['error.type'], String(status));
    assert.equal(span.status.code, SpanStatusCode.ERROR);
  });
}

for (const method of ['DELETE', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY', 'TRACE']) {
  test(`${method} is a known method`, async (t) => {
    const tracing = await traced(t);
    const port = await serve(t, (_request, response) => response.end());
    await get(port, '/', {}, method);
    const [span] = await serverSpans(tracing);
    assert.equal(span.name, method);
    assert.equal(span.attributes['http.request.method'], method);
    assert.equal(span.attributes['http.request.method_original'], undefined);
  });
}

test('an unknown method is _OTHER, with the method beside it', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/', {}, 'PROPFIND');
  const [span] = await serverSpans(tracing);
  assert.equal(span.name, 'HTTP');
  assert.equal(span.attributes['http.request.method'], '_OTHER');
  assert.equal(span.attributes['http.request.method_original'], 'PROPFIND');
});

test('a HEAD request has its status and ends', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end('not sent'));
  await get(port, '/', {}, 'HEAD');
  const [span] = await serverSpans(tracing);
  assert.equal(span.name, 'HEAD');
  assert.equal(span.attributes['error.type'], undefined);
});

test('values of signing query keys are redacted', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/?a=1&AWSAccessKeyId=k&Signature=s&sig=t&X-Goog-Signature=u&design=v');
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['url.query'], 'a=1&AWSAccessKeyId=REDACTED&Signature=REDACTED&sig=REDACTED&X-Goog-Signature=REDACTED&design=v');
});

test('the target of a proxy request loses its authority', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  await get(port, 'http://user:secret@example.com/a/b?c=d');
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['url.path'], '/a/b');
  assert.equal(span.attributes['url.query'], 'c=d');
});

test('OPTIONS * has the path *', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '*', {}, 'OPTIONS');
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['url.path'], '*');
});

test('forwarding headers say who the client is and what it asked for', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/', {
    'X-Forwarded-For': '203.0.113.9, 10.0.0.1',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'shop.example.com',
  });
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['client.address'], '203.0.113.9');
  assert.equal(span.attributes['network.peer.address'], HOST);
  assert.equal(span.attributes['url.scheme'], 'https');
  assert.equal(span.attributes['server.address'], 'shop.example.com');
  assert.equal(span.attributes['server.port'], 443);
});

for (const [headers, expected] of [
  [{ 'X-Forwarded-For': '203.0.113.7:4711, 10.0.0.1' }, { client: '203.0.113.7' }],
  [{ 'X-Forwarded-For': '[2001:db8::1]:4711' }, { client: '2001:db8::1' }],
  [{ 'X-Forwarded-For': '2001:db8::1' }, { client: '2001:db8::1' }],
  [{ 'X-Forwarded-For': 'unknown, 10.0.0.1' }, { client: undefined }],
  [{ Forwarded: 'for=192.0.2.60;proto=https;by=203.0.113.43' }, { client: '192.0.2.60', scheme: 'https' }],
  [
    { Forwarded: 'For="[2001:db8::1]:4711" ; Proto=HTTPS; Host="api.example.com:8443", for=10.0.0.1;host=inner' },
    { client: '2001:db8::1', scheme: 'https', address: 'api.example.com', port: 8443 },
  ],
  [{ Forwarded: 'for="192.0.2.43:_http"' }, { client: '192.0.2.43' }],
  [{ Forwarded: 'for=_hidden;host=a.example' }, { client: undefined, address: 'a.example', port: 80 }],
  [{ Forwarded: 'for=Unknown' }, { client: undefined }],
  [
    { Forwarded: 'proto=https, for=10.0.0.1', 'X-Forwarded-For': '192.0.2.1' },
    { client: '192.0.2.1', scheme: 'https' },
  ],
  [
    { Forwarded: 'for=192.0.2.1', 'X-Forwarded-For': '192.0.2.2', 'X-Forwarded-Proto': 'https' },
    { client: '192.0.2.1', scheme: 'https' },
  ],
  [{ Forwarded: 'host="a\\.example"' }, { address: 'a.example', port: 80 }],
  [{ Forwarded: 'proto=gopher' }, {}],
  // Malformed: what came before counts.
  [{ Forwarded: 'for=192.0.2.1;proto' }, { client: '192.0.2.1' }],
  [{ Forwarded: 'for="192.0.2.1' }, {}],
  [{ Forwarded: '' }, {}],
  [{ Forwarded: `__proto__=x;constructor=y;${'a=b;'.repeat(2000)}for=192.0.2.1` }, {}],
  [{ Forwarded: `for="${'\\a'.repeat(5000)}` }, {}],
  [{ Forwarded: `${' '.repeat(10_000)}x${' '.repeat(1000)}` }, {}],
]) {
  test(`a proxy that says ${JSON.stringify(headers).slice(0, 150)}`, async (t) => {
    const tracing = await traced(t);
    const port = await serve(t, (_request, response) => response.end());
    await get(port, '/', headers);
    const [{ attributes }] = await serverSpans(tracing);
    assert.deepEqual(
      [attributes['client.address'], attributes['url.scheme'], attributes['server.address'], attributes['server.port']],
      Object.values({ client: HOST, scheme: 'http', address: HOST, port, ...expected }),
    );
    assert.equal(attributes['network.peer.address'], HOST);
  });
}

test('a server on https makes server spans', async (t) => {
  const tracing = await traced(t, { outgoing: false });
  const server = https.createServer(certificate, (_request, response) => response.end('secret'));
  const port = await listen(t, server);
  const request = https.get({ host: HOST, port, path: '/tls', rejectUnauthorized: false, agent: false });
  const [response] = await once(request, 'response');
  response.resume();
  const spans = await serverSpans(tracing);
  assert.equal(spans.length, 1);
  assert.equal(spans[0].attributes['url.scheme'], 'https');
  assert.equal(spans[0].attributes['url.path'], '/tls');
});

test('onIncoming adds attributes, and may throw', async (t) => {
  const warnings = [];
  const onWarning = (warning) => warnings.push(warning.code);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const tracing = await traced(t, {
    onIncoming(span, request) {
      span.setAttribute('tenant', request.headers['x-tenant']);
      if (request.url === '/bad') throw new Error('hook');
    },
  });
  const port = await serve(t, (_request, response) => response.end());
  await get(port, '/good', { 'X-Tenant': 'acme' });
  assert.match(await get(port, '/bad', { 'X-Tenant': 'acme' }), /200 OK/);
  const spans = await serverSpans(tracing, 2);
  assert.deepEqual(
    spans.map((span) => span.attributes.tenant),
    ['acme', 'acme'],
  );
});
