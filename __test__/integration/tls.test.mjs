import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeCertificates } from '../parts/certificates.mjs';
import { startCollector } from '../parts/collector.mjs';
import { runProgram } from '../parts/program.mjs';

const PROGRAM = new URL('./programs/one-span.mjs', import.meta.url);

/** How long a flush may try where it cannot succeed, in milliseconds. */
const VAIN_FLUSH_MILLIS = 2_000;

let folder;
let certificates;
let collector;
let mutual;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'observability-ts-tls-'));
  certificates = makeCertificates(folder);
  collector = await startCollector({ tls: certificates.server });
  mutual = await startCollector({ tls: certificates.server, clientCa: certificates.ca });
});
after(async () => {
  await collector?.close();
  await mutual?.close();
  rmSync(folder, { recursive: true, force: true });
});

const protocols = {
  gRPC: ({ grpcPort }) => ({ type: 'otlp-grpc', endpoint: `https://localhost:${grpcPort}` }),
  HTTP: ({ httpPort }) => ({ type: 'otlp-http', endpoint: `https://localhost:${httpPort}/v1/traces` }),
};

const send = (exporter, flushMillis = 10_000, env = {}) => runProgram(PROGRAM, { serviceName: 'secret', exporter, flushMillis }, { env });

for (const [protocol, to] of Object.entries(protocols)) {
  test(`${protocol} over TLS, the server known by an authority of one's own`, async () => {
    await arrives(collector, () => send({ ...to(collector), tls: { caFile: certificates.ca } }));
  });

  test(`${protocol} over TLS, the files named by OpenTelemetry's variables`, async () => {
    const env = {
      OTEL_EXPORTER_OTLP_CERTIFICATE: certificates.ca,
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificates.client.certificate,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: certificates.client.key,
    };
    await arrives(mutual, () => send(to(mutual), undefined, env));
  });

  test(`${protocol} over mutual TLS`, async () => {
    const tls = { caFile: certificates.ca, certFile: certificates.client.certificate, keyFile: certificates.client.key };
    await arrives(mutual, () => send({ ...to(mutual), tls }));
  });

  test(`${protocol} sends nothing to a server that an unknown authority vouches for`, async () => {
    await isRefused(collector, await send({ ...to(collector), tls: { caFile: certificates.strangerCa } }, VAIN_FLUSH_MILLIS));
  });

  test(`${protocol} without a certificate is not let in where one is asked for`, async () => {
    await isRefused(mutual, await send({ ...to(mutual), tls: { caFile: certificates.ca } }, VAIN_FLUSH_MILLIS));
  });
}

async function arrives(at, sending) {
  const known = at.readSpans().length;
  const { answer, stderr } = await sending();
  assert.equal(answer.flushed.exported, 1, stderr);
  assert.equal((await at.waitForSpans(known + 1)).length, known + 1);
  assert.equal(stderr, '');
}

async function isRefused(at, { answer, stderr }) {
  const known = at.readSpans().length;
  assert.equal(answer.ended.exported, 0);
  assert.equal(answer.ended.dropped.undelivered + answer.ended.dropped.refused + answer.ended.dropped.shutdown, 1, JSON.stringify(answer.ended));
  assert.match(stderr, /OBS_[A-Z_]+/, 'one warning with a code says why');
  assert.equal(at.readSpans().length, known);
}
