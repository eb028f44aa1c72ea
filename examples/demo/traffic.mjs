/** What users do in the demo: one upload that works, one whose job fails, health checks. */
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../../scripts/lib/problem.mjs';
import { until } from '../../scripts/parts/until.mjs';

/** How long a message may take from upload to its end. */
const LIMIT_MILLIS = 15_000;
const LIMIT = { timeoutMillis: LIMIT_MILLIS };

const WORKS = {
  name: 'acme-web',
  bomFormat: 'CycloneDX',
  components: [
    { name: 'express', version: '5.1.0' },
    { name: 'left-pad', version: '0.0.3' },
    { name: 'zod', version: '3.25.0' },
  ],
};
const FAILS = { name: 'acme-legacy', bomFormat: 'SPDX' };

/**
 * A look at what the API has, as somebody takes it whose trace is not recorded: the last two digits of the header say so, and the services go by that.
 */
const UNRECORDED = { traceparent: `00-${'d'.repeat(32)}-${'d'.repeat(16)}-00` };

/** Makes the traffic; resolves when both jobs have come to their end. */
export async function makeTraffic(url, broker, paint) {
  const health = await fetch(`${url}/health`);
  console.log(`  GET /health → ${health.status}  ${paint.dim('not traced')}`);
  const finished = await upload(url, WORKS, paint, ({ sbomId }) => until(`the job of ${sbomId}`, () => isProcessed(url, sbomId), LIMIT));
  const dead = await upload(url, FAILS, paint, () => inTime('the dead letter', broker.deadLetter()));
  console.log(`  ${paint.dim('queue')}  ${broker.maxAttempts} attempts failed: the message is with the dead letters`);
  return [
    { traceId: finished, title: 'An upload and its job' },
    { traceId: dead, title: 'An upload whose job failed, was tried again, and ended with the dead letters' },
  ];
}

/** Uploads a document and waits for the end of its job; resolves with the id of the trace. */
async function upload(url, sbom, paint, ended) {
  const options = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sbom),
    signal: AbortSignal.timeout(LIMIT_MILLIS),
  };
  try {
    const response = await fetch(`${url}/api/sboms/upload`, options);
    // 00-<trace id>-<span id>-<flags>: the header by which a caller finds the trace.
    const traceId = response.headers.get('traceparent').split('-')[1];
    console.log(`  POST /api/sboms/upload ${sbom.name} → ${response.status}  ${paint.dim(`traceparent: …${traceId.slice(0, 8)}…`)}`);
    await ended(await response.json());
    return traceId;
  } catch (error) {
    throw new Problem('OBS_DEMO_TRAFFIC_FAILED', `the upload of ${sbom.name} did not come to its end (${error.message}); see the lines above.`);
  }
}

async function isProcessed(url, sbomId) {
  const response = await fetch(`${url}/api/sboms/${sbomId}`, { headers: UNRECORDED });
  return (await response.json()).state === 'processed';
}

async function inTime(what, promise) {
  const timer = new AbortController();
  const late = delay(LIMIT_MILLIS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`waited ${LIMIT_MILLIS} ms in vain for ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
