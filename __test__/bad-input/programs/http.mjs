/** Starts tracing, or makes a middleware, with bad options of HTTP, traces two requests, and answers with what came of it. */
import { once } from 'node:events';
import { tracingMiddleware } from '@manifest-cyber/observability-ts/express';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import express from 'express';
import { get } from '../../http/support.mjs';
import { programInput } from '../../parts/program.mjs';

/** What JSON can't carry. */
const VALUES = {
  null: null,
  'a number': 5,
  'a function': () => {},
  'a bigint as the header': { responseHeader: 1n },
  'a symbol as the header': { responseHeader: Symbol('x') },
  'nothing as the header': { responseHeader: null },
  'an object without a prototype as the header': { responseHeader: Object.create(null) },
  // biome-ignore lint/suspicious/noSparseArray: what is tested
  'health checks with a hole': { healthChecks: ['/a', , '/b'] },
  'health checks that are none': { healthChecks: [1n, null, Symbol('x'), '/a', '/b'] },
};

const { what, where } = programInput();
const options = VALUES[what];
const isMiddleware = where === 'tracingMiddleware';
const tracing = await createTestTracing({ http: isMiddleware ? { incoming: false } : options });
const app = express();
if (isMiddleware) app.use(tracingMiddleware(options));
app.get(['/a', '/x'], (_request, response) => response.json({}));
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();
const answers = [await get(port, '/a'), await get(port, '/x')].map((answer) => answer.split('\r\n')[0]);
const paths = tracing.getFinishedSpans().map((span) => span.attributes['url.path']);
server.close();
await tracing.shutdown();
console.log(JSON.stringify({ answers, paths }));
