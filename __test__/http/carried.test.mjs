/** Where a request's trace is found: on its connection, which several requests share, and on nothing that Express copies. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { test } from 'node:test';
import { tracingMiddleware } from '@manifest-cyber/observability-ts';
import { trace } from '@opentelemetry/api';
import { HOST, listen, serve, serverSpans, traced, until } from './support.mjs';

const activeId = () => trace.getActiveSpan()?.spanContext().spanId;
const ofOurs = (object) => Object.getOwnPropertySymbols(object).filter((symbol) => symbol.description.includes('manifest-cyber'));
const spanOf = (spans, path) => spans.find((span) => span.attributes['url.path'] === path)?.spanContext().spanId;

for (const path of ['/', '/health']) {
  test(`nothing is added to a request and a response: ${path}`, async (t) => {
    await traced(t);
    const seen = [];
    const port = await serve(t, (request, response) => {
      for (const each of [request, response]) seen.push(Object.hasOwn(each, 'emit'), ofOurs(each).length);
      response.end();
    });
    await new Promise((resolve) => http.get({ host: HOST, port, path }, (response) => response.resume().on('end', resolve)));
    assert.deepEqual(seen, [false, 0, false, 0]);
  });
}

test('a body that comes behind an unanswered request has listeners in its own context', async (t) => {
  const tracing = await traced(t);
  const seen = {};
  let answerFirst;
  const port = await serve(t, (request, response) => {
    request.on('data', (chunk) => {
      seen[String(chunk)] = activeId();
    });
    request.on('end', () => {
      if (request.url === '/first') answerFirst = () => response.end();
      else response.end();
    });
  });
  const socket = net.connect(port, HOST);
  socket.resume();
  const post = (path, body) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`;
  socket.write(`${post('/first', 'one')}one${post('/second', 'two')}`);
  await until(() => answerFirst && seen.one);
  socket.write('two');
  await until(() => seen.two);
  answerFirst();
  const spans = await serverSpans(tracing, 2);
  socket.destroy();
  assert.deepEqual(seen, { one: spanOf(spans, '/first'), two: spanOf(spans, '/second') });
});

test('a response that is sent outside of its request’s context ends its span', async (t) => {
  const tracing = await traced(t);
  const waiting = [];
  const timer = setInterval(() => {
    for (const response of waiting.splice(0)) response.end();
  }, 1);
  t.after(() => clearInterval(timer));
  const port = await serve(t, (_request, response) => waiting.push(response));
  const agent = new http.Agent({ keepAlive: true });
  t.after(() => agent.destroy());
  for (let i = 0; i < 2; i++)
    await new Promise((resolve) => http.get({ host: HOST, port, agent }, (response) => response.resume().on('end', resolve)));
  const spans = await serverSpans(tracing, 2);
  assert.deepEqual(
    spans.map((span) => span.attributes['http.response.status_code']),
    [200, 200],
  );
});

test('a connection that is kept carries nothing once its requests are answered, traced and ignored ones', async (t) => {
  const tracing = await traced(t);
  const sockets = new Set();
  const server = http.createServer((request, response) => {
    sockets.add(request.socket);
    response.end();
  });
  const port = await listen(t, server);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  for (const path of ['/a', '/health', '/b']) {
    await new Promise((resolve) => http.get({ host: HOST, port, agent, path }, (response) => response.resume().on('end', resolve)));
  }
  await serverSpans(tracing, 2);
  assert.equal(sockets.size, 1);
  const [socket] = sockets;
  await until(() => ofOurs(socket).every((symbol) => socket[symbol] === undefined));
  assert.equal(ofOurs(socket).length, 1);
});

test('a connection that is cut off carries nothing once its requests have told so', async (t) => {
  await traced(t);
  let connection;
  const server = http.createServer((request) => {
    connection = request.socket;
    request.on('error', () => {});
    client.destroy();
  });
  const port = await listen(t, server);
  const client = net.connect(port, HOST);
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(client, 'close');
  await until(() => connection?.destroyed && ofOurs(connection).every((symbol) => connection[symbol] === undefined));
  assert.equal(ofOurs(connection).length, 1);
});

for (const [how, options] of Object.entries({ 'the built-in tracing': undefined, 'the middleware alone': false })) {
  test(`objects that are derived from a request and its response emit as ever: ${how}`, async (t) => {
    const tracing = await traced(t, options);
    const middleware = tracingMiddleware();
    const seen = [];
    const port = await serve(t, (request, response) =>
      middleware(request, response, () => {
        for (const each of [request, response]) {
          const derived = Object.create(each);
          each.on('own', (value) => seen.push(value));
          derived.emit('own', 1);
          derived.emit('readable');
        }
        response.end();
      }),
    );
    await new Promise((resolve) => http.get({ host: HOST, port }, (response) => response.resume().on('end', resolve)));
    await serverSpans(tracing);
    assert.deepEqual(seen, [1, 1]);
  });
}
