/** The demo, as a user runs it, on free ports. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { startSink } from '../lifecycle/parts/sink.mjs';
import { runDemo } from './support.mjs';

test('shows whole traces, from the request to the finished job', async () => {
  const { code, stdout, stderr } = await runDemo('--grpc-port', '0', '--http-port', '0', '--width', '140');
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const [works, fails] = stdout.split(/^trace /m).slice(1);

  const order = [
    'POST /api/sboms/upload',
    'INFO  sbom-1 stored, handing over to the job',
    'sbom.store',
    'send sbom-process-queue',
    'process sbom-process-queue',
    'job.process.sbom',
    'INFO  3 components, 1 vulnerabilities',
    'GET /api/sboms/:sbomId',
    'sbom.parse',
    'vulnerabilities.match',
    'PATCH /api/sboms/:sbomId',
    'INFO  sbom-1 is now processed',
  ];
  const places = order.map((name) => works.indexOf(name));
  assert.ok(!places.includes(-1), works);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
    works,
  );
  assert.match(works, /2 services · 11 spans · [\d.]+ m?s\n/);
  assert.match(works, /└─job\.process\.sbom +job-sbom-process +[█▏]+ +[\d.]+ (ms|µs|s)\n/);

  assert.match(fails, /2 services · 13 spans · [\d.]+ m?s · 6 errors/);
  assert.equal(fails.match(/✗.*job\.process\.sbom/g).length, 2);
  assert.match(fails, /! TypeError: acme-legacy: the list of components is missing/);
  assert.match(fails, /WARN {2}attempt 2 with sbom-2/);
  assert.match(stdout, /24 spans of 2 traces arrived\. The health checks made none\./);
});

test('sends to a collector instead', async () => {
  const sink = await startSink();
  // Its port is not 4318, so the protocol has to be named.
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';
  const { code, stdout, stderr } = await runDemo('--endpoint', sink.endpoint).finally(() => {
    delete process.env.OTEL_EXPORTER_OTLP_PROTOCOL;
  });
  sink.close();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /All spans were delivered/);
  assert.equal(sink.names.filter((name) => name === 'job.process.sbom').length, 3);
  assert.equal(sink.names.length, 24);
});

test('says when the collector is not there', async () => {
  const { code, stdout, stderr } = await runDemo('--endpoint', 'http://127.0.0.1:9');
  assert.equal(code, 1);
  assert.match(stdout, /OBS_SPANS_LOST/);
  assert.match(stderr, /^OBS_DEMO_NOT_DELIVERED: /);
});

test('says which port is taken, and the way out', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const { code, stderr } = await runDemo('--grpc-port', String(port), '--http-port', '0');
  server.close();
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`^OBS_RECEIVER_PORT_IN_USE: .*127\\.0\\.0\\.1:${port}.*--grpc-port 0`));
});

for (const [args, expected] of [
  [['--endpoint', 'collector'], /^OBS_DEMO_ENDPOINT_INVALID: /],
  [['--grpc-port', '65536'], /^OBS_DEMO_NUMBER_INVALID: /],
  [['--nonsense'], /^OBS_DEMO_OPTION_UNKNOWN: .*--help/],
]) {
  test(`a bad option is one clear line: ${args.join(' ')}`, async () => {
    const { code, stderr, stdout } = await runDemo(...args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, expected);
    assert.equal(stderr.trimEnd().split('\n').length, 1);
  });
}

test('--help explains and does nothing', async () => {
  const { code, stdout } = await runDemo('--help');
  assert.equal(code, 0);
  assert.match(stdout, /--endpoint/);
});
