/** Client spans of what leaves HTTP by undici: WebSockets, other upgrades, CONNECT. They cover the handshake. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { SpanStatusCode } from '@opentelemetry/api';
import { clientSpans, HOST, listen, traced } from './support.mjs';

const CLIENT_ONLY = { incoming: false };

/** undici 8 needs a newer Node than the oldest that we support, and the global WebSocket came with Node 22. */
const [major] = process.versions.node.split('.').map(Number);
const clients = await Promise.all(['undici', 'undici7', ...(major >= 22 ? ['undici8'] : [])].map(async (name) => [name, await import(name)]));
const sockets = [...clients.map(([name, client]) => [`WebSocket of ${name}`, client.WebSocket])];
if (globalThis.WebSocket !== undefined) sockets.unshift(['the global WebSocket', globalThis.WebSocket]);

/** What RFC 6455 (section 1.3) appends to a key before hashing it. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A server that answers a request for an upgrade with what `answer` gives for its key, or closes the connection where it gives nothing. */
function upgrading(t, answer) {
  const server = http.createServer((_request, response) => response.end());
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    const text = answer(request.headers['sec-websocket-key']);
    if (text === undefined) socket.destroy();
    else socket.write(text);
  });
  return listen(t, server);
}

const accepting = (key) =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${createHash('sha1').update(`${key}${GUID}`).digest('base64')}\r\n\r\n`;

const refusing = (status) => () => `HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`;

/** Opens a WebSocket and gives the name of the event that came of it. */
async function open(t, WebSocket, port) {
  const socket = new WebSocket(`ws://${HOST}:${port}/chat`);
  t.after(() => socket.close());
  return new Promise((resolve) => {
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('error');
  });
}

/** The one client span, once it has ended. */
async function onlySpan(tracing) {
  const spans = await clientSpans(tracing);
  assert.equal(spans.length, 1);
  return spans[0];
}

for (const [what, WebSocket] of sockets) {
  test(`the span of ${what} ends with its handshake`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await upgrading(t, accepting);
    assert.equal(await open(t, WebSocket, port), 'open');
    const span = await onlySpan(tracing);
    assert.equal(span.attributes['url.full'], `http://${HOST}:${port}/chat`);
    assert.equal(span.attributes['http.response.status_code'], 101);
    assert.equal(span.attributes['error.type'], undefined);
    assert.equal(span.status.code, SpanStatusCode.UNSET);
  });

  for (const [status, errorType] of [
    [200, undefined],
    [403, '403'],
    [503, '503'],
  ]) {
    test(`the span of ${what} ends with a server that answers ${status}`, async (t) => {
      const tracing = await traced(t, CLIENT_ONLY);
      assert.equal(await open(t, WebSocket, await upgrading(t, refusing(status))), 'error');
      const span = await onlySpan(tracing);
      assert.equal(span.attributes['http.response.status_code'], status);
      assert.equal(span.attributes['error.type'], errorType);
    });
  }

  test(`the span of ${what} fails with a connection that is closed`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    assert.equal(await open(t, WebSocket, await upgrading(t, () => undefined)), 'error');
    const span = await onlySpan(tracing);
    assert.equal(span.attributes['error.type'], 'UND_ERR_SOCKET');
    assert.equal(span.status.code, SpanStatusCode.ERROR);
  });

  test(`the span of ${what} ends when it is closed before the answer`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    let socket;
    const port = await upgrading(t, () => socket.close() ?? '');
    socket = new WebSocket(`ws://${HOST}:${port}/chat`);
    socket.onerror = () => {};
    assert.equal((await onlySpan(tracing)).attributes['error.type'], 'AbortError');
  });
}

for (const [name, client] of clients) {
  test(`the span of upgrade of ${name} ends with its handshake`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await upgrading(t, accepting);
    const { socket } = await client.upgrade(`http://${HOST}:${port}/`, { protocol: 'websocket' });
    t.after(() => socket.destroy());
    assert.equal((await onlySpan(tracing)).attributes['http.response.status_code'], 101);
  });

  test(`the span of connect of ${name} ends with its handshake`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const server = http.createServer();
    server.on('connect', (_request, socket) => {
      socket.on('error', () => {});
      t.after(() => socket.destroy());
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    });
    const { socket } = await client.connect(`http://${HOST}:${await listen(t, server)}/`, { path: 'example.com:443' });
    socket.on('error', () => {});
    t.after(() => socket.destroy());
    const span = await onlySpan(tracing);
    assert.equal(span.name, 'CONNECT');
    assert.equal(span.attributes['http.response.status_code'], 200);
  });

  test(`the span of upgrade of ${name} fails with a refused connection`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const server = net.createServer().listen(0, HOST);
    await once(server, 'listening');
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    await assert.rejects(client.upgrade(`http://${HOST}:${port}/`, { protocol: 'websocket' }));
    assert.equal((await onlySpan(tracing)).attributes['error.type'], 'ECONNREFUSED');
  });
}
