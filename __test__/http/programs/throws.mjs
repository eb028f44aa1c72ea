/** A handler that throws. Prints the finished spans from the handler of the uncaught exception. */
import http from 'node:http';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';

const tracing = await createTestTracing({ http: { outgoing: false } });
const server = http.createServer(() => {
  throw new RangeError('out of range');
});
process.on('uncaughtException', (error) => {
  const spans = tracing
    .getFinishedSpans()
    .map(({ name, status, attributes, events }) => ({ name, status, attributes, events: events.map((event) => event.name) }));
  console.log(JSON.stringify({ error: error.message, spans }));
  process.exit(0);
});
server.listen(0, '127.0.0.1', () => {
  http.get({ host: '127.0.0.1', port: server.address().port }).on('error', () => {});
});
