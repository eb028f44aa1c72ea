/** `http.route` of routers that are mounted in several places, or under paths that are more than one parameter a segment, with Express 4 and 5. */
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import express5 from 'express';
import express4 from 'express4';
import { get, listen, serverSpans, traced, until } from '../http/support.mjs';

/** Requests paths of an application, one after the other, and gives the routes of their spans. */
async function routesOf(t, app, ...paths) {
  const tracing = await traced(t);
  const port = await listen(t, http.createServer(app));
  const routes = [];
  for (const path of paths) {
    tracing.reset();
    await get(port, path);
    routes.push((await serverSpans(tracing))[0].attributes['http.route']);
  }
  return routes;
}

for (const [version, express] of [
  ['Express 4', express4],
  ['Express 5', express5],
]) {
  /** A router with one route, which fails where it is asked to. */
  function users() {
    const router = express.Router({ mergeParams: true });
    router.get('/users/:id', (request, response, next) => (request.query.fail ? next(new Error('asked to')) : response.json({})));
    return router;
  }

  /** An application with a router at each of these paths, the same one unless told otherwise. */
  function mounted(...paths) {
    const app = express();
    const router = users();
    for (const path of paths) app.use(path, router);
    app.use((_error, _request, response, _next) => response.status(500).end());
    return app;
  }

  for (const [places, requests] of [
    [['/', '/api'], { '/users/1': '/users/:id', '/api/users/1': '/api/users/:id' }],
    [['/v1', '/v1/beta'], { '/v1/users/1': '/v1/users/:id', '/v1/beta/users/1': '/v1/beta/users/:id' }],
    [['/admin', '/:tenant'], { '/acme/users/1': '/:tenant/users/:id', '/admin/users/1': '/admin/users/:id' }],
    [['/:tenant', '/admin'], { '/admin/users/1': '/:tenant/users/:id' }],
  ]) {
    for (const [path, route] of Object.entries(requests)) {
      test(`${version}: a router at ${places.join(' and ')}, asked for ${path} last and first`, async (t) => {
        const others = Object.keys(requests).filter((other) => other !== path);
        assert.equal((await routesOf(t, mounted(...places), ...others, path)).at(-1), route);
        assert.equal((await routesOf(t, mounted(...places), path, ...others))[0], route);
      });

      test(`${version}: a router at ${places.join(' and ')}, failing at ${path}`, async (t) => {
        const routes = await routesOf(t, mounted(...places), ...Object.keys(requests), `${path}?fail=1`);
        assert.equal(routes.at(-1), route);
      });
    }
  }

  test(`${version}: a router that gets a second place while it is in use`, async (t) => {
    const app = mounted('/');
    const tracing = await traced(t);
    const port = await listen(t, http.createServer(app));
    await get(port, '/users/1');
    app.use('/later', (app._router ?? app.router).stack.find((layer) => layer.handle.stack).handle);
    await get(port, '/later/users/1');
    const spans = await serverSpans(tracing, 2);
    assert.deepEqual(
      spans.map((span) => span.attributes['http.route']),
      ['/users/:id', '/later/users/:id'],
    );
  });

  test(`${version}: a router that two applications share`, async (t) => {
    const router = users();
    const [one, two] = [express(), express()];
    one.use('/:shop', router);
    two.use('/:tenant/:unit', router);
    assert.deepEqual(await routesOf(t, one, '/a/users/1'), ['/:shop/users/:id']);
    assert.deepEqual(await routesOf(t, two, '/a/b/users/1'), ['/:tenant/:unit/users/:id']);
    assert.deepEqual(await routesOf(t, one, '/a/users/1'), ['/:shop/users/:id']);
  });

  test(`${version}: an application that is mounted twice`, async (t) => {
    const [app, inner] = [express(), express()];
    inner.use('/in', users());
    app.use('/a', inner);
    app.use('/b/:unit', inner);
    app.use((_error, _request, response, _next) => response.status(500).end());
    assert.deepEqual(await routesOf(t, app, '/a/in/users/1', '/b/2/in/users/1', '/a/in/users/1', '/a/in/users/1?fail=1'), [
      '/a/in/users/:id',
      '/b/:unit/in/users/:id',
      '/a/in/users/:id',
      '/a/in/users/:id',
    ]);
  });

  test(`${version}: a list of paths`, async (t) => {
    assert.deepEqual(await routesOf(t, mounted(['/a', '/b/:unit']), '/a/users/1', '/b/2/users/1', '/a/users/3'), [
      '/a/users/:id',
      '/b/:unit/users/:id',
      '/a/users/:id',
    ]);
  });

  test(`${version}: a list of paths, failing`, async (t) => {
    assert.deepEqual(await routesOf(t, mounted(['/a', '/b']), '/a/users/1?fail=1', '/b/users/1?fail=1'), ['/a/users/:id', '/b/users/:id']);
  });

  test(`${version}: a router behind a function of the user's`, async (t) => {
    const app = express();
    const router = users();
    app.use('/shops/:shop', (request, response, next) => router(request, response, next));
    assert.deepEqual(await routesOf(t, app, '/shops/1/users/1', '/shops/2/users/1'), Array(2).fill('/shops/:shop/users/:id'));
  });

  test(`${version}: what can't be told has no values for ever`, async (t) => {
    const app = express();
    const inner = express.Router();
    inner.use('/shops/:shop', users());
    app.use('/x', (request, response, next) => inner(request, response, next));
    const routes = await routesOf(t, app, ...[1, 2, 3, 4, 5, 6].map((shop) => `/x/shops/${shop}/users/1`));
    assert.deepEqual(routes.slice(4), ['/*/users/:id', '/*/users/:id']);
  });

  test(`${version}: the path is named as it was mounted, however it is asked for`, async (t) => {
    assert.deepEqual(await routesOf(t, mounted('/Api'), '/API/users/1', '/api/users/1'), ['/Api/users/:id', '/Api/users/:id']);
  });

  test(`${version}: a pattern as the path of a router`, async (t) => {
    assert.deepEqual(await routesOf(t, mounted(/^\/v[1-3]/), '/v1/users/1', '/v2/users/1'), Array(2).fill('/^\\/v[1-3]//users/:id'));
  });
}

const BOTH = ['/flights/:from-:to', '/files.:format', '/:from.:to', '/v:version'];
const EXPRESS_4 = ['/:id(\\d+)/v1', '/:kind(one|two)', '/a/:unit?', '/b/:rest*', '/c/*', '/(one|two)/x'];
const PATHS = {
  '/flights/:from-:to': ['/flights/SFO-JFK', '/flights/s-s'],
  '/files.:format': ['/files.json', '/files.f'],
  '/:from.:to': ['/a.b', '/c.c'],
  '/v:version': ['/v2', '/vv'],
  '/:id(\\d+)/v1': ['/1/v1', '/22/v1'],
  '/:kind(one|two)': ['/one', '/two'],
  '/a/:unit?': ['/a', '/a/7'],
  '/b/:rest*': ['/b/1', '/b/1/2'],
  '/c/*': ['/c/1', '/c/2/3'],
  '/(one|two)/x': ['/one/x', '/two/x'],
};

for (const [version, express, templates] of [
  ['Express 4', express4, [...BOTH, ...EXPRESS_4]],
  ['Express 5', express5, [...BOTH, '/d/*rest']],
]) {
  for (const template of templates) {
    test(`${version}: a router at ${template} has no value of it in its route`, async (t) => {
      const app = express();
      const router = express.Router({ mergeParams: true });
      router.get('/', (_request, response) => response.json({}));
      app.use(template, router);
      assert.deepEqual(await routesOf(t, app, ...(PATHS[template] ?? ['/d/1', '/d/1/2'])), [template, template]);
    });
  }
}

/** A layer as routers before 2.3 have it: it keeps no pattern, and its last match on itself. */
function outdate(layer) {
  const match = layer.match;
  layer.rawPath = undefined;
  layer.match = (path) => {
    const { params, path: taken } = match.call(layer, path) || {};
    return Object.assign(layer, { params, path: taken }) && params !== undefined;
  };
}

for (const [template, path, route] of [
  ['/flights/:from-:to', '/flights/SFO-JFK', '/flights/:from-:to'],
  ['/flights/:from-:to', '/Flights/s-s', '/flights/:from-:to'],
  ['/flights/:from-:to', '/flights/a%20b-a%2Fb', '/flights/:from-:to'],
  ['/d/*rest', '/d/x%20y/z', '/d/*rest'],
  ['/e{/:unit}', '/e', '/e'],
  ['/e{/:unit}', '/e/e', '/e/:unit'],
  ['/api', '/API', '/api'],
]) {
  test(`Express 5 with a router before 2.3: ${path} at ${template}`, async (t) => {
    const tracing = await traced(t);
    const app = express5();
    const router = express5.Router({ mergeParams: true });
    router.get('/', (_request, response) => {
      for (const layer of app.router.stack) outdate(layer);
      response.json({});
    });
    app.use(template, router);
    await get(await listen(t, http.createServer(app)), path);
    await until(() => tracing.getFinishedSpans().length > 0);
    assert.equal(tracing.getFinishedSpans()[0].attributes['http.route'], route);
  });
}
