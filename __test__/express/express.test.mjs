/** Express 4 and 5 with the built-in HTTP tracing: routes, errors, the response header. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { tracingErrorMiddleware, tracingMiddleware } from '@manifest-cyber/observability-ts/express';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import express5 from 'express';
import express4 from 'express4';
import { get, HOST, listen, parentId, rawRequest, SPAN_ID, serverSpans, TRACE_ID, TRACEPARENT, traced } from '../http/support.mjs';

const traceparentOf = (span) => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags.toString(16)}`;
};

/** All values of a header in a raw answer. */
const headersOf = (answer, name) =>
  [...answer.split('\r\n\r\n')[0].matchAll(new RegExp(`^${name}: (.*)\r?$`, 'gim'))].map(([, value]) => value.trim());

const start = (t, app) => listen(t, http.createServer(app));

for (const [version, express] of [
  ['Express 4', express4],
  ['Express 5', express5],
]) {
  /** Requests a path of an app and gives the route and the name that its span got. */
  async function routeOf(t, app, path, method = 'GET') {
    const tracing = await traced(t);
    await get(await start(t, app), path, {}, method);
    const [span] = await serverSpans(tracing);
    return { route: span.attributes['http.route'], name: span.name };
  }

  test(`${version}: the span is named by its route`, async (t) => {
    const app = express();
    app.get('/users/:id', (_request, response) => response.json({}));
    assert.deepEqual(await routeOf(t, app, '/users/17?full=1'), { route: '/users/:id', name: 'GET /users/:id' });
  });

  test(`${version}: the root route`, async (t) => {
    const app = express();
    app.get('/', (_request, response) => response.json({}));
    assert.deepEqual(await routeOf(t, app, '/'), { route: '/', name: 'GET /' });
  });

  test(`${version}: a route of a router has the router's prefix`, async (t) => {
    const app = express();
    const router = express.Router();
    router.post('/users/:id', (_request, response) => response.json({}));
    app.use('/api', router);
    assert.deepEqual(await routeOf(t, app, '/api/users/17', 'POST'), { route: '/api/users/:id', name: 'POST /api/users/:id' });
  });

  test(`${version}: the root of a router is its prefix`, async (t) => {
    const app = express();
    const router = express.Router();
    router.get('/', (_request, response) => response.json({}));
    app.use('/api', router);
    assert.equal((await routeOf(t, app, '/api/')).route, '/api');
  });

  test(`${version}: parameters of a prefix are named, through several routers`, async (t) => {
    const app = express();
    const orgs = express.Router();
    const users = express.Router({ mergeParams: true });
    users.get('/:id', (_request, response) => response.json({}));
    orgs.use('/:org/users', users);
    app.use('/v1/orgs', (_request, _response, next) => next());
    app.use('/v1/orgs', orgs);
    assert.equal((await routeOf(t, app, '/v1/orgs/acme/users/users')).route, '/v1/orgs/:org/users/:id');
  });

  test(`${version}: a parameter that is a part of its segment is named`, async (t) => {
    const app = express();
    const router = express.Router();
    router.get('/items', (_request, response) => response.json({}));
    app.use('/v:version', router);
    assert.equal((await routeOf(t, app, '/v2/items')).route, '/v:version/items');
  });

  test(`${version}: a router in two places has the prefix of each`, async (t) => {
    const tracing = await traced(t);
    const app = express();
    const router = express.Router();
    router.get('/x', (_request, response) => response.json({}));
    app.use('/a', router);
    app.use('/b/:id', router);
    const port = await start(t, app);
    for (const path of ['/a/x', '/b/1/x', '/b/2/x', '/a/x']) await get(port, path);
    const spans = await serverSpans(tracing, 4);
    assert.deepEqual(
      spans.map((span) => span.attributes['http.route']),
      ['/a/x', '/b/:id/x', '/b/:id/x', '/a/x'],
    );
  });

  test(`${version}: a route of a mounted application has its prefix`, async (t) => {
    const app = express();
    const inner = express();
    const router = express.Router();
    router.get('/:id', (_request, response) => response.json({}));
    inner.use('/users', router);
    app.use('/tenants/:tenant', inner);
    assert.equal((await routeOf(t, app, '/tenants/acme/users/17')).route, '/tenants/:tenant/users/:id');
  });

  test(`${version}: a route that fails inside a router keeps its prefix`, async (t) => {
    const tracing = await traced(t);
    const app = express();
    const router = express.Router();
    router.get('/fail/:id', () => {
      throw new Error('inside');
    });
    app.use('/api/:version', router);
    app.use((_error, _request, response, _next) => response.status(500).end());
    await get(await start(t, app), '/api/2/fail/3');
    const [span] = await serverSpans(tracing);
    assert.equal(span.attributes['http.route'], '/api/:version/fail/:id');
  });

  test(`${version}: a path without a route names the span by its method`, async (t) => {
    const app = express();
    app.get('/users/:id', (_request, response) => response.json({}));
    assert.deepEqual(await routeOf(t, app, '/nowhere'), { route: undefined, name: 'GET' });
  });

  for (const [what, set, expected] of [
    ['name', (span) => span.updateName('query GetUser'), { route: '/graphql', name: 'query GetUser' }],
    ['route', (span) => span.setAttribute('http.route', '/graphql#GetUser'), { route: '/graphql#GetUser', name: 'POST /graphql#GetUser' }],
    ['name and route', (span) => span.updateName('query').setAttribute('http.route', '/q'), { route: '/q', name: 'query' }],
  ]) {
    test(`${version}: a ${what} that the handler sets itself stays, and only for its request`, async (t) => {
      const tracing = await traced(t);
      const app = express();
      app.post('/graphql', (request, response) => {
        if (request.query.own) set(trace.getActiveSpan());
        response.json({});
      });
      const port = await start(t, app);
      for (const path of ['/graphql?own=1', '/graphql', '/graphql?own=1', '/graphql', '/graphql?own=1']) await get(port, path, {}, 'POST');
      const usual = { route: '/graphql', name: 'POST /graphql' };
      assert.deepEqual(
        (await serverSpans(tracing, 5)).map((span) => ({ route: span.attributes['http.route'], name: span.name })),
        [expected, usual, expected, usual, expected],
      );
    });
  }

  test(`${version}: a route that is a pattern`, async (t) => {
    const app = express();
    app.get(/^\/files\/.+$/, (_request, response) => response.json({}));
    assert.equal((await routeOf(t, app, '/files/a/b')).route, '/^\\/files\\/.+$/');
  });

  test(`${version}: the route of a POST whose body is parsed runs in the span's context`, async (t) => {
    const tracing = await traced(t);
    const app = express();
    app.use(express.json());
    let active;
    app.post('/items', (request, response) => {
      active = trace.getActiveSpan()?.spanContext().spanId;
      response.json(request.body);
    });
    const port = await start(t, app);
    const body = '{"a":1}';
    const answer = await rawRequest(
      port,
      `POST /items HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.match(answer, /{"a":1}/);
    const [span] = await serverSpans(tracing);
    assert.equal(active, span.spanContext().spanId);
    assert.equal(span.name, 'POST /items');
  });

  test(`${version}: the middleware adds the traceparent of the server span, and no second span`, async (t) => {
    const tracing = await traced(t);
    const app = express();
    app.use(tracingMiddleware());
    app.get('/', (_request, response) => response.json({}));
    const answer = await get(await start(t, app), '/', { traceparent: TRACEPARENT });
    const spans = await serverSpans(tracing);
    assert.equal(spans.length, 1);
    assert.deepEqual(headersOf(answer, 'traceparent'), [traceparentOf(spans[0])]);
    assert.equal(spans[0].spanContext().traceId, TRACE_ID);
  });

  test(`${version}: mounted many times, in routers and applications, it still makes one span and one header`, async (t) => {
    const tracing = await traced(t, { incoming: false });
    const app = express();
    const inner = express();
    const router = express.Router();
    app.use(tracingMiddleware());
    app.use('/a', tracingMiddleware(), inner);
    inner.use(tracingMiddleware());
    inner.use('/b', router);
    router.use(tracingMiddleware());
    router.get('/c', tracingMiddleware(), (_request, response) => response.json({}));
    const answer = await get(await start(t, app), '/a/b/c');
    const spans = await serverSpans(tracing);
    assert.equal(spans.length, 1);
    assert.deepEqual(headersOf(answer, 'traceparent'), [traceparentOf(spans[0])]);
    assert.equal(spans[0].attributes['http.route'], '/a/b/c');
  });

  test(`${version}: the middleware makes the server span where the built-in tracing is off`, async (t) => {
    const tracing = await traced(t, { incoming: false });
    const app = express();
    app.use(tracingMiddleware());
    let active;
    app.get('/users/:id', async (_request, response) => {
      await new Promise((resolve) => setImmediate(resolve));
      active = trace.getActiveSpan()?.spanContext().spanId;
      response.json({});
    });
    await get(await start(t, app), '/users/17', { traceparent: TRACEPARENT });
    const [span] = await serverSpans(tracing);
    assert.equal(span.name, 'GET /users/:id');
    assert.equal(span.attributes['url.path'], '/users/17');
    assert.equal(span.attributes['http.response.status_code'], 200);
    assert.equal(parentId(span), SPAN_ID);
    assert.equal(active, span.spanContext().spanId);
  });

  test(`${version}: mounted below a path, the middleware traces that path only, with the whole path`, async (t) => {
    const tracing = await traced(t, { incoming: false });
    const app = express();
    app.use('/api', tracingMiddleware());
    app.get('/api/x', (_request, response) => response.json({}));
    app.get('/other', (_request, response) => response.json({}));
    const port = await start(t, app);
    await get(port, '/other');
    await get(port, '/api/x?q=1');
    const spans = await serverSpans(tracing);
    assert.equal(spans.length, 1);
    assert.equal(spans[0].attributes['url.path'], '/api/x');
  });

  test(`${version}: the middleware leaves health checks out`, async (t) => {
    const tracing = await traced(t, { incoming: false });
    const app = express();
    app.use(tracingMiddleware());
    app.get('/health', (_request, response) => {
      trace.getTracer('test').startSpan('inside').end();
      response.json({});
    });
    app.get('/x', (_request, response) => response.json({}));
    const port = await start(t, app);
    const answer = await get(port, '/health');
    assert.deepEqual(headersOf(answer, 'traceparent'), []);
    await get(port, '/x');
    await serverSpans(tracing);
    assert.deepEqual(
      tracing.getFinishedSpans().map((span) => span.name),
      ['GET /x'],
    );
  });

  test(`${version}: a health check that the built-in tracing left out gets no header`, async (t) => {
    await traced(t);
    const app = express();
    app.use(tracingMiddleware());
    app.get('/health', (_request, response) => response.json({}));
    assert.deepEqual(headersOf(await get(await start(t, app), '/health'), 'traceparent'), []);
  });

  test(`${version}: the header can be named, and turned off`, async (t) => {
    await traced(t);
    const app = express();
    app.get('/named', tracingMiddleware({ responseHeader: 'X-Trace' }), (_request, response) => response.json({}));
    app.get('/off', tracingMiddleware({ responseHeader: false }), (_request, response) => response.json({}));
    const port = await start(t, app);
    assert.equal(headersOf(await get(port, '/named'), 'x-trace').length, 1);
    assert.doesNotMatch(await get(port, '/off'), /traceparent/i);
  });

  test(`${version}: a header name that no header can have costs the header only`, async (t) => {
    await traced(t);
    const app = express();
    app.get('/', tracingMiddleware({ responseHeader: 'no header' }), (_request, response) => response.json({}));
    assert.match(await get(await start(t, app), '/'), /200 OK/);
  });

  test(`${version}: errors passed to next are exceptions of the span, and 5xx its status`, async (t) => {
    const tracing = await traced(t);
    const app = express();
    app.get('/', (_request, _response, next) => next(new TypeError('broken')));
    app.use(tracingErrorMiddleware());
    const handled = [];
    app.use((error, _request, response, _next) => {
      handled.push(error.message);
      response.status(503).end();
    });
    await get(await start(t, app), '/');
    const [span] = await serverSpans(tracing);
    assert.deepEqual(handled, ['broken']);
    assert.equal(span.events[0].name, 'exception');
    assert.equal(span.events[0].attributes['exception.message'], 'broken');
    assert.equal(span.attributes['error.type'], 'TypeError');
    assert.equal(span.status.code, SpanStatusCode.ERROR);
    assert.equal(span.status.message, 'broken');
  });

  test(`${version}: an error that the application answers with 4xx is no failure`, async (t) => {
    const tracing = await traced(t);
    const app = express();
    // Keeps Express from printing the error.
    app.set('env', 'test');
    app.get('/', (_request, _response, next) => next(Object.assign(new Error('not yours'), { status: 403 })));
    app.use(tracingErrorMiddleware());
    await get(await start(t, app), '/');
    const [span] = await serverSpans(tracing);
    assert.equal(span.attributes['http.response.status_code'], 403);
    assert.equal(span.events.length, 1);
    assert.equal(span.attributes['error.type'], undefined);
    assert.equal(span.status.code, SpanStatusCode.UNSET);
  });

  for (const [what, thrown] of [
    ['null', null],
    ['a string', 'text'],
    ['an object without a prototype', Object.create(null)],
    [
      'an object whose getters throw',
      Object.defineProperty({}, 'message', {
        get() {
          throw new Error('hostile');
        },
      }),
    ],
  ]) {
    test(`${version}: ${what} as an error reaches the application`, async (t) => {
      const tracing = await traced(t);
      const app = express();
      app.use(
        (_request, _response, next) => next('go'),
        (_error, _request, _response, next) => next(thrown ?? 'null'),
      );
      app.use(tracingErrorMiddleware());
      let reached = false;
      app.use((_error, _request, response, _next) => {
        reached = true;
        response.status(500).end();
      });
      await get(await start(t, app), '/');
      const [span] = await serverSpans(tracing);
      assert.equal(reached, true);
      assert.equal(span.status.code, SpanStatusCode.ERROR);
    });
  }

  test(`${version}: tracing that was never started changes nothing`, async (t) => {
    const app = express();
    app.use(tracingMiddleware());
    app.get('/', (_request, response) => response.json({ ok: true }));
    app.use(tracingErrorMiddleware());
    const answer = await get(await start(t, app), '/');
    assert.match(answer, /{"ok":true}/);
    assert.deepEqual(headersOf(answer, 'traceparent'), []);
  });
}

test('the host of the server is told from the port', async (t) => {
  const tracing = await traced(t);
  const app = express5();
  app.get('/', (_request, response) => response.json({}));
  const port = await start(t, app);
  await get(port, '/');
  const [span] = await serverSpans(tracing);
  assert.equal(span.attributes['server.address'], HOST);
  assert.equal(span.attributes['server.port'], port);
});
