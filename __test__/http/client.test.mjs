/** Client spans of http.request, http.get and their https counterparts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { test } from 'node:test';
import { context, createContextKey, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { certificate } from './certificate.mjs';
import { clientSpans, HOST, listen, parentId, serve, TRACEPARENT, traced, until } from './support.mjs';

/** Options that trace clients only, so that a server of the same process adds no spans. */
const CLIENT_ONLY = { incoming: false };

/** A server that answers with the headers it got. */
const echo = (t) => serve(t, (request, response) => response.end(JSON.stringify(request.headers)));

/** Sends a request to its end and reads the answer. */
async function send(request) {
  request.end();
  const [response] = await once(request, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { response, body };
}

const traceparentOf = (span) => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags.toString(16)}`;
};

test('http.request makes a client span with the attributes of the conventions', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  await send(http.request(`http://user:secret@${HOST}:${port}/items?limit=10&sig=abc`));
  const [span, ...more] = await clientSpans(tracing);
  assert.equal(more.length, 0);
  assert.equal(span.name, 'GET');
  assert.equal(span.kind, SpanKind.CLIENT);
  assert.equal(span.status.code, SpanStatusCode.UNSET);
  assert.deepEqual(
    { ...span.attributes },
    {
      'http.request.method': 'GET',
      'url.full': `http://${HOST}:${port}/items?limit=10&sig=REDACTED`,
      'server.address': HOST,
      'server.port': port,
      'http.response.status_code': 200,
    },
  );
});

test('the traceparent of the client span goes out', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const { body } = await send(http.request({ host: HOST, port }));
  const [span] = await clientSpans(tracing);
  assert.equal(JSON.parse(body).traceparent, traceparentOf(span));
});

test('baggage goes out beside it', async (t) => {
  await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const baggage = propagation.createBaggage({ tenant: { value: 'acme' } });
  const { body } = await context.with(propagation.setBaggage(context.active(), baggage), () => send(http.request({ host: HOST, port })));
  assert.equal(JSON.parse(body).baggage, 'tenant=acme');
});

test('the active span is the parent, and is active again in the callbacks', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const tracer = trace.getTracer('test');
  const seen = [];
  // Twice over one connection: the second response comes in on a socket that the first span's context opened.
  for (const name of ['first', 'second']) {
    await tracer.startActiveSpan(name, async (parent) => {
      await new Promise((resolve, reject) => {
        http
          .get({ host: HOST, port, agent }, (response) => {
            seen.push(trace.getActiveSpan()?.spanContext().spanId === parent.spanContext().spanId);
            response.on('data', () => seen.push(trace.getActiveSpan()?.spanContext().spanId === parent.spanContext().spanId));
            response.on('end', resolve);
          })
          .on('error', reject);
      });
      parent.end();
    });
  }
  const spans = await clientSpans(tracing, 2);
  const parents = tracing.getFinishedSpans().filter((span) => span.kind === SpanKind.INTERNAL);
  assert.deepEqual(spans.map(parentId).sort(), parents.map((span) => span.spanContext().spanId).sort());
  assert.deepEqual(seen, [true, true, true, true]);
});

test('http.get is traced once', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const [response] = await once(http.get(`http://${HOST}:${port}/`), 'response');
  response.resume();
  await once(response, 'end');
  assert.equal((await clientSpans(tracing)).length, 1);
});

test('https.request and https.get are traced', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await listen(
    t,
    https.createServer(certificate, (request, response) => response.end(request.headers.traceparent)),
  );
  const options = { host: HOST, port, path: '/tls', ca: certificate.cert, agent: false };
  const { body } = await send(https.request(options));
  const [response] = await once(https.get(options), 'response');
  response.resume();
  const spans = await clientSpans(tracing, 2);
  assert.equal(spans.length, 2);
  assert.equal(body, traceparentOf(spans[0]));
  assert.equal(spans[0].attributes['url.full'], `https://${HOST}:${port}/tls`);
});

for (const status of [400, 404, 500]) {
  test(`status ${status} is a failure for a client`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await serve(t, (_request, response) => response.writeHead(status).end());
    await send(http.request({ host: HOST, port }));
    const [span] = await clientSpans(tracing);
    assert.equal(span.status.code, SpanStatusCode.ERROR);
    assert.equal(span.attributes['error.type'], String(status));
    assert.equal(span.attributes['http.response.status_code'], status);
  });
}

test('each hop of a redirect is a span', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await serve(t, (request, response) => {
    if (request.url === '/old') response.writeHead(302, { location: '/new' });
    response.end();
  });
  const { response } = await send(http.request({ host: HOST, port, path: '/old' }));
  await send(http.request({ host: HOST, port, path: response.headers.location }));
  const spans = await clientSpans(tracing, 2);
  assert.deepEqual(
    spans.map((span) => span.attributes['http.response.status_code']),
    [302, 200],
  );
});

test('a refused connection fails the span with its code', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const server = net.createServer();
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  const [error] = await once(http.get({ host: HOST, port }), 'error');
  assert.equal(error.code, 'ECONNREFUSED');
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['error.type'], 'ECONNREFUSED');
  assert.equal(span.status.code, SpanStatusCode.ERROR);
  assert.match(span.status.message, /ECONNREFUSED/);
});

test('a connection closed without an answer fails the span', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await serve(t, (request) => request.socket.destroy());
  await once(http.get({ host: HOST, port }), 'error');
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['error.type'], 'ECONNRESET');
  assert.equal(span.status.code, SpanStatusCode.ERROR);
});

test('a connection closed in the middle of the answer fails the span', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await serve(t, (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('part', () => request.socket.destroy());
  });
  const [response] = await once(http.get({ host: HOST, port }), 'response');
  response.on('error', () => {});
  response.resume();
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['http.response.status_code'], 200);
  assert.equal(span.attributes['error.type'], 'ECONNRESET');
  assert.equal(span.status.code, SpanStatusCode.ERROR);
});

test('a response that its reader gives up is no failure', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await serve(t, (_request, response) => response.write('endless'));
  const [response] = await once(http.get({ host: HOST, port }), 'response');
  response.destroy();
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['error.type'], 'aborted');
  assert.equal(span.status.code, SpanStatusCode.UNSET);
});

test('a response of 404 that its reader gives up stays one', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await serve(t, (_request, response) => response.writeHead(404).write('endless'));
  const [response] = await once(http.get({ host: HOST, port }), 'response');
  response.destroy();
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['error.type'], '404');
});

test('a request aborted by a signal fails the span', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const controller = new AbortController();
  const port = await serve(t, () => controller.abort());
  await once(http.get({ host: HOST, port, signal: controller.signal }), 'error');
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['error.type'], 'ABORT_ERR');
});

test('an error without a listener still throws', async (t) => {
  await traced(t, CLIENT_ONLY);
  const request = http.request({ host: HOST, port: 1 });
  request.on('error', () => {});
  request.removeAllListeners('error');
  assert.throws(() => request.emit('error', new Error('mine')), /mine/);
  request.on('error', () => {});
  request.destroy();
});

test('a response nobody listens for is drained, and its span ends', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await serve(t, (_request, response) => response.end('x'.repeat(100_000)));
  http.request({ host: HOST, port }).end();
  assert.equal((await clientSpans(tracing)).length, 1);
});

test('an upgrade ends the span with its status', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const server = http.createServer();
  server.on('upgrade', (_request, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'));
  const port = await listen(t, server);
  const request = http.get({ host: HOST, port, headers: { Connection: 'Upgrade', Upgrade: 'x' } });
  const [response, socket] = await once(request, 'upgrade');
  t.after(() => socket.destroy());
  assert.equal(response.statusCode, 101);
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['http.response.status_code'], 101);
});

test("the caller's own traceparent is replaced", async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const { body } = await send(http.request({ host: HOST, port, headers: { Traceparent: TRACEPARENT } }));
  const [span] = await clientSpans(tracing);
  assert.equal(JSON.parse(body).traceparent, traceparentOf(span));
});

test("the caller's own headers object is not changed", async (t) => {
  await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const headers = { traceparent: TRACEPARENT };
  const options = { host: HOST, port, headers };
  await send(http.request(options));
  assert.deepEqual(options, { host: HOST, port, headers: { traceparent: TRACEPARENT } });
});

test('a traceparent that is part of an AWS signature is kept', async (t) => {
  await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const authorization = 'AWS4-HMAC-SHA256 Credential=k/20260101/eu/s3/aws4_request, SignedHeaders=host;traceparent, Signature=s';
  const { body } = await send(http.request({ host: HOST, port, headers: { traceparent: TRACEPARENT, authorization } }));
  assert.equal(JSON.parse(body).traceparent, TRACEPARENT);
});

test('headers given as an array get the traceparent too', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const { body } = await send(http.request({ host: HOST, port, headers: ['Host', 'x', 'X-Mine', '1', 'traceparent', TRACEPARENT] }));
  const [span] = await clientSpans(tracing);
  const headers = JSON.parse(body);
  assert.equal(headers.traceparent, traceparentOf(span));
  assert.equal(headers['x-mine'], '1');
});

test('a request that expects 100-continue gets the traceparent too', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const request = http.request({ host: HOST, port, method: 'PUT', headers: { Expect: '100-continue' } });
  request.on('continue', () => request.end('body'));
  request.flushHeaders();
  const [response] = await once(request, 'response');
  const [body] = await once(response, 'data');
  const [span] = await clientSpans(tracing);
  assert.equal(JSON.parse(body).traceparent, traceparentOf(span));
});

test('an agent that is no http.Agent is traced', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const agent = { addRequest: (request) => request.onSocket(net.connect(port, HOST)), defaultPort: 80, protocol: 'http:' };
  const { body } = await send(http.request({ host: HOST, port, agent }));
  const spans = await clientSpans(tracing);
  assert.equal(spans.length, 1);
  assert.equal(JSON.parse(body).traceparent, traceparentOf(spans[0]));
});

test('a request over a connection of its own is traced', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const { body } = await send(http.request({ host: HOST, port, createConnection: () => net.connect(port, HOST) }));
  const spans = await clientSpans(tracing);
  assert.equal(spans.length, 1);
  assert.equal(JSON.parse(body).traceparent, traceparentOf(spans[0]));
});

test('nothing is traced where tracing is suppressed', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await echo(t);
  const suppressed = context.active().setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true);
  const { body } = await context.with(suppressed, () => send(http.request({ host: HOST, port })));
  assert.equal(JSON.parse(body).traceparent, undefined);
  assert.equal(tracing.getFinishedSpans().length, 0);
});

test('onOutgoing sees the request and adds attributes', async (t) => {
  const seen = [];
  const tracing = await traced(t, {
    ...CLIENT_ONLY,
    onOutgoing(span, request) {
      seen.push(request);
      span.setAttribute('peer.service', 'echo');
      throw new Error('hook');
    },
  });
  const port = await echo(t);
  await send(http.request({ host: HOST, port, path: '/a?b=c' }));
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['peer.service'], 'echo');
  assert.deepEqual(seen, [{ method: 'GET', host: `${HOST}:${port}`, path: '/a?b=c', url: `http://${HOST}:${port}/a?b=c` }]);
});

test('without outgoing tracing there are no client spans, and http is as it was', async (t) => {
  const before = [http.request, http.get, https.request, https.get, http.ClientRequest.prototype.emit];
  const tracing = await traced(t, { incoming: false, outgoing: false });
  assert.deepEqual([http.request, http.get, https.request, https.get, http.ClientRequest.prototype.emit], before);
  const port = await echo(t);
  const { body } = await send(http.request({ host: HOST, port }));
  assert.equal(JSON.parse(body).traceparent, undefined);
  assert.equal(tracing.getFinishedSpans().length, 0);
});

test('disabling puts http back', async () => {
  const before = [http.request, http.get, https.request, https.get, http.ClientRequest.prototype.emit, http.Agent.prototype.addRequest];
  const tracing = await traced({ after() {} });
  await tracing.shutdown();
  assert.deepEqual([http.request, http.get, https.request, https.get, http.ClientRequest.prototype.emit, http.Agent.prototype.addRequest], before);
});

test('a client span of a server span makes one trace across a hop', async (t) => {
  const tracing = await traced(t);
  const inner = await serve(t, (_request, response) => response.end('inner'));
  const outer = await serve(t, (_request, response) => {
    http.get({ host: HOST, port: inner }, (answer) => answer.pipe(response));
  });
  const socket = net.connect(outer, HOST);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  socket.resume();
  const spans = await until(() => tracing.getFinishedSpans().length === 3 && tracing.getFinishedSpans());
  const client = spans.find((span) => span.kind === SpanKind.CLIENT);
  const [root, leaf] = [undefined, client.spanContext().spanId].map((parent) =>
    spans.find((span) => span.kind === SpanKind.SERVER && parentId(span) === parent),
  );
  assert.equal(parentId(client), root.spanContext().spanId);
  assert.equal(new Set([root, client, leaf].map((span) => span.spanContext().traceId)).size, 1);
});
