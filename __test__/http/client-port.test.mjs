/** Which server and port a client span names, where the caller has made the Host header. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { clientSpans, HOST, serve, traced } from './support.mjs';

const CLIENT_ONLY = { incoming: false };

/** A server that answers. */
const answering = (t) => serve(t, (_request, response) => response.end());

/** Sends a request to its end and reads the answer. */
async function send(request) {
  request.end();
  const [response] = await once(request, 'response');
  response.resume();
}

test('a virtual host does not hide which server was asked', async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await answering(t);
  await send(http.request({ host: HOST, port, headers: { Host: 'virtual.example.com:81' } }));
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['server.address'], HOST);
  assert.equal(span.attributes['server.port'], port);
  assert.equal(span.attributes['url.full'], `http://${HOST}:${port}/`);
});

for (const name of ['Host', 'host']) {
  test(`a ${name} header of the caller's without a port does not hide the port`, async (t) => {
    const tracing = await traced(t, CLIENT_ONLY);
    const port = await answering(t);
    await send(http.request({ host: HOST, port, path: '/v', headers: { [name]: HOST } }));
    const [span] = await clientSpans(tracing);
    assert.equal(span.attributes['server.address'], HOST);
    assert.equal(span.attributes['server.port'], port);
    assert.equal(span.attributes['url.full'], `http://${HOST}:${port}/v`);
  });
}

test("the port of a refused connection is there, whatever the caller's Host header says", async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  await once(http.get({ host: HOST, port: 1, headers: { Host: HOST } }), 'error');
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['server.port'], 1);
});

test("the port of a proxy that an agent connects to is not the server's", async (t) => {
  const tracing = await traced(t, CLIENT_ONLY);
  const port = await answering(t);
  class ProxyAgent extends http.Agent {
    createConnection(_options, done) {
      return super.createConnection({ host: HOST, port }, done);
    }
  }
  await send(http.request({ host: 'api.example.com', agent: new ProxyAgent() }));
  const [span] = await clientSpans(tracing);
  assert.equal(span.attributes['server.port'], 80);
  assert.equal(span.attributes['url.full'], 'http://api.example.com/');
});
