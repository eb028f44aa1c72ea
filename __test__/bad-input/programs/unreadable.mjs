/** Starts tracing with options that JSON cannot hold, and answers with what arrived of the others. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initTracing } from '@manifest-cyber/observability-ts';
import { spansOfLines } from '../../parts/otlp-json.mjs';
import { programInput } from '../../parts/program.mjs';

const fail = () => {
  throw new Error('the getter failed');
};
const circle = { serviceName: 'circle' };
circle.itself = circle;
/** Thirty objects, each of which leads to all others: more ways than there is time for. */
const web = Array.from({ length: 30 }, () => ({}));
for (const node of web) for (const [i, other] of web.entries()) node[`to${i}`] = other;

/** What is given beside a name, an exporter and `resource: { kept }`. */
const cases = {
  bigint: { batch: { maxSpans: 5n } },
  function: { environment: () => 'production' },
  symbol: { serviceVersion: Symbol('1.0.0') },
  getter: {
    get environment() {
      return fail();
    },
  },
  'getter of ours': {
    get http() {
      return fail();
    },
    get libraries() {
      return fail();
    },
  },
  'getter inside': {
    sampling: {
      parentBased: false,
      get rate() {
        return fail();
      },
    },
  },
  proxy: { limits: new Proxy({}, { ownKeys: fail }) },
  circle: { batch: circle },
  web: { logger: web[0] },
  'half a character': { environment: 'cut \ud83d', resource: { note: 'cut \ud83d', 'key \ud83d': 'whole \u{1f600}' } },
  'half a character in argv': {},
  attributes: {
    resource: {
      bigint: 1n,
      nan: Number.NaN,
      infinity: Number.POSITIVE_INFINITY,
      nothing: null,
      fn: fail,
      symbol: Symbol('s'),
      get getter() {
        return fail();
      },
      circle,
      list: [1, Number.NaN],
      undefined: undefined,
      date: new Date(0),
    },
  },
  names: { resource: { http: 'a', libraries: 'b', instrumentations: 'c', spanProcessors: 'd' }, batch: { maxSpans: 1 } },
};

const folder = mkdtempSync(join(tmpdir(), 'observability-'));
try {
  const { what } = programInput();
  if (what === 'half a character in argv') process.argv.push('cut \ud83d');
  const endpoint = join(folder, 'spans.jsonl');
  const { resource, ...others } = Object.getOwnPropertyDescriptors(cases[what]);
  const options = { serviceName: 'sender', exporter: { type: 'file', endpoint }, resource: { kept: 'yes' } };
  if (resource !== undefined) Object.defineProperties(options.resource, Object.getOwnPropertyDescriptors(resource.value));
  const tracing = await initTracing(Object.defineProperties(options, others));
  tracing.provider.getTracer('test').startSpan('span').end();
  await tracing.shutdown();
  const [span] = spansOfLines(readFileSync(endpoint, { encoding: 'utf8', flag: 'a+' }));
  const headers = what === 'names' ? await headersSent() : undefined;
  console.log(JSON.stringify({ resource: span?.resource, headers }, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The headers of a request, some of which are called as options are. */
async function headersSent() {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const tracing = await initTracing({ http: false, exporter: { type: 'otlp-http', endpoint, headers: { http: 'a', libraries: 'b' } } });
  tracing.provider.getTracer('test').startSpan('span').end();
  const [[request]] = await Promise.all([once(server, 'request'), tracing.shutdown()]);
  server.close();
  return [request.headers.http, request.headers.libraries];
}
