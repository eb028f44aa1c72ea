/** Requests that leave something behind, a timer or an error that refers to them: says how many of them are still in memory. */
import http from 'node:http';
import { initTracing, tracingMiddleware } from '@manifest-cyber/observability-ts';
import express from 'express';

const REQUESTS = 20;
const [, , handled] = process.argv;

await initTracing({ exporter: { type: 'none' }, http: handled === 'middleware' ? false : {} });

const alive = new Set();
const registry = new FinalizationRegistry((id) => alive.delete(id));

function handle(request, response, next) {
  for (const each of [request, response]) {
    const id = Symbol('held');
    alive.add(id);
    registry.register(each, id);
  }
  setTimeout(() => {}, 3_600_000).unref();
  if (handled === 'error') {
    response.statusCode = 500;
    next(Object.assign(new Error('no user'), { request }));
  } else {
    response.end('ok');
  }
}

const app = express();
app.use(tracingMiddleware(), handle);
app.use((_error, _request, response, _next) => response.end('failed'));
const server = http.createServer(app).listen(0, '127.0.0.1');
await new Promise((resolve) => server.on('listening', resolve));

const { port } = server.address();
const agent = handled === 'kept' && new http.Agent({ keepAlive: true, maxSockets: 1 });
for (let sent = 0; sent < REQUESTS; sent++) {
  await new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, agent }, (response) => response.resume().on('close', resolve)).on('error', reject);
  });
}
// Parsers are kept for reuse, with what they read last.
for (let round = 0; round < 50 && alive.size > 4; round++) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  globalThis.gc();
}
console.log(JSON.stringify({ alive: alive.size, made: 2 * REQUESTS }));
process.exit();
