/** Requests that leave HTTP: upgrades and CONNECT. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { HOST, listen, parentId, SPAN_ID, serverSpans, TRACEPARENT, traced, until } from './support.mjs';

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n';

/** A connection that has asked for an upgrade. */
function askForUpgrade(t, port) {
  const socket = net.connect(port, HOST);
  t.after(() => socket.destroy());
  // A server that refuses closes the connection, as roughly as it likes.
  socket.on('error', () => {});
  socket.write(`GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: chat\r\ntraceparent: ${TRACEPARENT}\r\n\r\n`);
  return socket;
}

/** A server that upgrades with this handler. */
function upgrading(t, handler) {
  const server = http.createServer();
  server.on('upgrade', (request, socket, head) => {
    // The socket is bare: nobody else listens for its errors.
    socket.on('error', () => {});
    handler(request, socket, head);
  });
  return listen(t, server);
}

test('the span of an upgrade covers the handshake, not the connection', async (t) => {
  const tracing = await traced(t);
  let active;
  const port = await upgrading(t, (_request, socket) => {
    active = trace.getActiveSpan()?.spanContext().spanId;
    t.after(() => socket.destroy());
    socket.write(SWITCHING);
  });
  const socket = askForUpgrade(t, port);
  await once(socket, 'data');
  const [span] = await serverSpans(tracing);
  assert.equal(socket.destroyed, false);
  assert.equal(span.name, 'GET');
  assert.equal(span.attributes['url.path'], '/chat');
  assert.equal(span.attributes['http.response.status_code'], 101);
  assert.equal(span.attributes['error.type'], undefined);
  assert.equal(parentId(span), SPAN_ID);
  assert.equal(active, span.spanContext().spanId);
});

test('the socket is as it was after the handshake', async (t) => {
  const tracing = await traced(t);
  let upgraded;
  const port = await upgrading(t, (_request, socket) => {
    upgraded = socket;
    socket.write(Buffer.from(SWITCHING));
    socket.on('data', (chunk) => socket.write(chunk));
  });
  const socket = askForUpgrade(t, port);
  await once(socket, 'data');
  await serverSpans(tracing);
  assert.equal(Object.hasOwn(upgraded, 'write'), false);
  assert.equal(Object.hasOwn(upgraded, 'end'), false);
  socket.write('hello');
  const [answer] = await once(socket, 'data');
  assert.equal(String(answer), 'hello');
  upgraded.destroy();
});

test('a handshake that is answered later ends then', async (t) => {
  const tracing = await traced(t);
  let answer;
  const port = await upgrading(t, (_request, socket) => {
    t.after(() => socket.destroy());
    answer = () => socket.write(SWITCHING);
  });
  const socket = askForUpgrade(t, port);
  await until(() => answer);
  assert.equal(tracing.getFinishedSpans().length, 0);
  answer();
  await once(socket, 'data');
  assert.equal((await serverSpans(tracing)).length, 1);
});

test('a refused handshake has its status', async (t) => {
  const tracing = await traced(t);
  const port = await upgrading(t, (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
  askForUpgrade(t, port).resume();
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['http.response.status_code'], 401);
  assert.equal(span.status.code, SpanStatusCode.UNSET);
});

test('a handshake refused with 503 is a failure', async (t) => {
  const tracing = await traced(t);
  const port = await upgrading(t, (_request, socket) => socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n'));
  askForUpgrade(t, port).resume();
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['error.type'], '503');
  assert.equal(span.status.code, SpanStatusCode.ERROR);
});

test('a handshake that is never answered ends when the connection closes', async (t) => {
  const tracing = await traced(t);
  let asked = false;
  const port = await upgrading(t, (_request, socket) => {
    asked = true;
    socket.resume();
    socket.on('end', () => socket.destroy());
  });
  const socket = askForUpgrade(t, port);
  await until(() => asked);
  socket.destroy();
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['error.type'], 'client_aborted');
});

test('an upgrade that no one listens for is a request like any other', async (t) => {
  const tracing = await traced(t);
  const port = await listen(
    t,
    http.createServer((_request, response) => response.end()),
  );
  askForUpgrade(t, port).resume();
  const spans = await serverSpans(tracing);
  assert.equal(spans.length, 1);
  assert.equal(spans[0].attributes['http.response.status_code'], 200);
});

test('CONNECT has a span for its handshake', async (t) => {
  const tracing = await traced(t);
  const server = http.createServer();
  server.on('connect', (_request, socket) => {
    t.after(() => socket.destroy());
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
  });
  const port = await listen(t, server);
  const socket = net.connect(port, HOST);
  t.after(() => socket.destroy());
  socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n');
  await once(socket, 'data');
  const [span] = await serverSpans(tracing);
  assert.equal(span.name, 'CONNECT');
  assert.equal(span.attributes['http.response.status_code'], 200);
  assert.equal(span.attributes['server.address'], 'example.com');
});
