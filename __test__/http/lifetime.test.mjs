/** Server spans through the life of a request: their context, keep-alive and pipelined connections, streams, clients that go away, and the end of tracing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { test } from 'node:test';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { get, HOST, listen, parentId, rawRequest, serve, serverSpans, traced, until } from './support.mjs';

test('handlers run with the server span active, after an await too', async (t) => {
  const tracing = await traced(t);
  const seen = [];
  const port = await serve(t, async (_request, response) => {
    seen.push(trace.getActiveSpan()?.spanContext().spanId);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(trace.getActiveSpan()?.spanContext().spanId);
    response.end();
  });
  await get(port);
  const [span] = await serverSpans(tracing);
  assert.deepEqual(seen, [span.spanContext().spanId, span.spanContext().spanId]);
});

test('all request listeners of a server share one span', async (t) => {
  const tracing = await traced(t);
  const seen = [];
  const server = http.createServer();
  server.on('request', () => seen.push(trace.getActiveSpan()?.spanContext().spanId));
  server.on('request', (_request, response) => {
    seen.push(trace.getActiveSpan()?.spanContext().spanId);
    response.end();
  });
  await get(await listen(t, server));
  const spans = await serverSpans(tracing);
  assert.equal(spans.length, 1);
  assert.deepEqual(seen, [spans[0].spanContext().spanId, spans[0].spanContext().spanId]);
});

test('no span is active outside a request', async (t) => {
  const tracing = await traced(t);
  const server = http.createServer((_request, response) => response.end());
  const active = [];
  server.on('connection', () => active.push(trace.getActiveSpan()));
  const port = await listen(t, server);
  await get(port);
  await get(port);
  await serverSpans(tracing, 2);
  assert.deepEqual(active, [undefined, undefined]);
});

test('a span that was active when the server began to listen is no parent', async (t) => {
  const tracing = await traced(t);
  const server = http.createServer((_request, response) => response.end());
  const startup = trace.getTracer('test').startSpan('startup');
  const port = await context.with(trace.setSpan(context.active(), startup), () => listen(t, server));
  await get(port);
  const [span] = await serverSpans(tracing);
  startup.end();
  assert.equal(parentId(span), undefined);
});

test('listeners of the body run in the context of their request', async (t) => {
  const tracing = await traced(t);
  const seen = [];
  const port = await serve(t, (request, response) => {
    const note = () => seen.push(trace.getActiveSpan()?.spanContext().spanId);
    request.on('data', note);
    request.on('end', () => {
      note();
      response.end();
    });
  });
  const socket = net.connect(port, HOST);
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n`);
  await until(() => tracing.getFinishedSpans().length === 0 && socket.bytesWritten > 0);
  socket.write('a');
  await until(() => seen.length === 1);
  socket.write('b');
  socket.resume();
  const [span] = await serverSpans(tracing);
  assert.deepEqual(seen, Array(3).fill(span.spanContext().spanId));
});

test('listeners of a request whose client goes away run in its context, and the request has no emit of its own', async (t) => {
  const tracing = await traced(t);
  const seen = [];
  let own;
  const port = await serve(t, (request) => {
    own = Object.hasOwn(request, 'emit');
    for (const event of ['aborted', 'error', 'close']) request.on(event, () => seen.push([event, trace.getActiveSpan()?.spanContext().spanId]));
    socket.destroy();
  });
  const socket = net.connect(port, HOST);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [span] = await serverSpans(tracing);
  await until(() => seen.length === 3);
  const { spanId } = span.spanContext();
  assert.deepEqual(seen, [
    ['aborted', spanId],
    ['error', spanId],
    ['close', spanId],
  ]);
  assert.equal(own, false);
});

test('listeners of a response that a client receives are no request’s', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end('body'));
  const seen = await new Promise((resolve) => {
    http.get({ port, host: HOST }, (response) => {
      const active = [];
      response.on('data', () => active.push(trace.getActiveSpan()));
      response.on('end', () => resolve([...active, trace.getActiveSpan()]));
    });
  });
  assert.deepEqual(seen, [undefined, undefined]);
  assert.equal((await serverSpans(tracing)).length, 1);
});

test('listeners of finish and close run in the context of their request', async (t) => {
  const tracing = await traced(t);
  const seen = [];
  const port = await serve(t, (_request, response) => {
    response.on('finish', () => seen.push(trace.getActiveSpan()?.spanContext().spanId));
    response.on('close', () => seen.push(trace.getActiveSpan()?.spanContext().spanId));
    response.end();
  });
  await get(port);
  const [span] = await serverSpans(tracing);
  assert.deepEqual(seen, Array(2).fill(span.spanContext().spanId));
});

test('attributes set in a close listener still arrive', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => {
    response.on('close', () => trace.getActiveSpan()?.setAttribute('late', true));
    response.end();
  });
  await get(port);
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes.late, true);
});

test('requests of one keep-alive connection have a span each', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (request, response) => response.end(request.url));
  const socket = net.connect(port, HOST);
  let answers = '';
  socket.on('data', (chunk) => {
    answers += chunk;
  });
  for (const path of ['/1', '/2', '/3']) {
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until(() => answers.includes(path));
  }
  socket.destroy();
  const spans = await serverSpans(tracing, 3);
  assert.deepEqual(
    spans.map((span) => span.attributes['url.path']),
    ['/1', '/2', '/3'],
  );
  assert.equal(new Set(spans.map((span) => span.spanContext().traceId)).size, 3);
});

test('pipelined requests have a span each, in their own context', async (t) => {
  const tracing = await traced(t);
  const seen = new Map();
  const port = await serve(t, async (request, response) => {
    await new Promise((resolve) => setImmediate(resolve));
    seen.set(request.url, trace.getActiveSpan()?.spanContext().spanId);
    response.end();
  });
  await rawRequest(
    port,
    'GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  );
  const spans = await serverSpans(tracing, 3);
  assert.equal(spans.length, 3);
  for (const span of spans) assert.equal(seen.get(span.attributes['url.path']), span.spanContext().spanId);
});

test('pipelined requests whose client goes away all end', async (t) => {
  const tracing = await traced(t);
  let arrived = 0;
  const port = await serve(t, () => {
    arrived += 1;
  });
  const socket = net.connect(port, HOST);
  socket.write('GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => arrived === 3);
  socket.destroy();
  const spans = await serverSpans(tracing, 3);
  assert.deepEqual(
    spans.map((span) => span.attributes['error.type']),
    Array(3).fill('client_aborted'),
  );
});

test('a streaming response ends its span when it ends, not before', async (t) => {
  const tracing = await traced(t);
  let finish;
  const port = await serve(t, (_request, response) => {
    response.write('first');
    finish = () => response.end('last');
  });
  const socket = net.connect(port, HOST);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [first] = await once(socket, 'data');
  assert.match(String(first), /first/);
  assert.equal(tracing.getFinishedSpans().length, 0);
  finish();
  socket.resume();
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['http.response.status_code'], 200);
  assert.equal(span.attributes['error.type'], undefined);
});

test('a client that goes away before the response is noted, and is no failure', async (t) => {
  const tracing = await traced(t);
  let arrived = false;
  const port = await serve(t, () => {
    arrived = true;
  });
  const socket = net.connect(port, HOST);
  socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => arrived);
  socket.destroy();
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['error.type'], 'client_aborted');
  assert.equal(span.attributes['http.response.status_code'], undefined);
  assert.equal(span.status.code, SpanStatusCode.UNSET);
});

test('a client that goes away in the middle of the response leaves the status code', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.writeHead(206).write('part'));
  const socket = net.connect(port, HOST);
  socket.write('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['error.type'], 'client_aborted');
  assert.equal(span.attributes['http.response.status_code'], 206);
});

test('a response destroyed with an error is a failure', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => {
    response.write('part');
    const source = new Readable({ read() {} });
    pipeline(source, response, () => {});
    source.destroy(Object.assign(new Error('disk gone'), { code: 'EIO' }));
  });
  const socket = net.connect(port, HOST);
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.resume();
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['error.type'], 'EIO');
  assert.equal(span.status.code, SpanStatusCode.ERROR);
});

test('Expect: 100-continue without a listener makes one span', async (t) => {
  const tracing = await traced(t);
  const port = await serve(t, (_request, response) => response.end());
  const answer = await get(port, '/', { Expect: '100-continue' });
  assert.match(answer, /100 Continue/);
  const spans = await serverSpans(tracing);
  assert.equal(spans.length, 1);
});

test('checkContinue that hands the request on makes one span, active in both', async (t) => {
  const tracing = await traced(t);
  const seen = [];
  const server = http.createServer((_request, response) => {
    seen.push(trace.getActiveSpan()?.spanContext().spanId);
    response.end();
  });
  server.on('checkContinue', (request, response) => {
    seen.push(trace.getActiveSpan()?.spanContext().spanId);
    response.writeContinue();
    server.emit('request', request, response);
  });
  await get(await listen(t, server), '/', { Expect: '100-continue' });
  const spans = await serverSpans(tracing);
  assert.equal(spans.length, 1);
  assert.deepEqual(seen, Array(2).fill(spans[0].spanContext().spanId));
});

test('a request handed to another server makes one span', async (t) => {
  const tracing = await traced(t);
  const inner = http.createServer((_request, response) => response.end('inner'));
  const port = await serve(t, (request, response) => inner.emit('request', request, response));
  assert.match(await get(port), /inner/);
  assert.equal((await serverSpans(tracing)).length, 1);
});

test('emit still says whether there was a listener, and disabling puts it back', async () => {
  const before = http.Server.prototype.emit;
  const scope = { after: (fn) => scope.cleanups.push(fn), cleanups: [] };
  const tracing = await traced(scope);
  assert.notEqual(http.Server.prototype.emit, before);
  const server = http.createServer();
  assert.equal(server.emit('nothing'), false);
  server.on('something', () => {});
  assert.equal(server.emit('something'), true);
  await tracing.shutdown();
  assert.equal(http.Server.prototype.emit, before);
  assert.equal(Object.hasOwn(http.Server.prototype, 'emit'), false);
  assert.equal(Object.hasOwn(https.Server.prototype, 'emit'), false);
  assert.equal(Object.hasOwn(http.IncomingMessage.prototype, 'emit'), false);
});

test('a request under way when tracing stops is answered, and the next one too', async () => {
  const scope = { after() {} };
  const tracing = await traced(scope);
  let finish;
  const server = http.createServer((request, response) => {
    if (request.url === '/slow') finish = () => response.end('slow done');
    else response.end('fast done');
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address();
  const slow = get(port, '/slow');
  await until(() => finish);
  await tracing.shutdown();
  finish();
  assert.match(await slow, /slow done/);
  assert.match(await get(port), /fast done/);
  server.close();
});

test('without incoming tracing there are no server spans', async (t) => {
  const tracing = await traced(t, { incoming: false });
  const port = await serve(t, (_request, response) => response.end(String(trace.getActiveSpan() === undefined)));
  assert.match(await get(port), /true/);
  assert.equal(tracing.getFinishedSpans().length, 0);
});
