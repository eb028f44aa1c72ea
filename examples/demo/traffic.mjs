/** What users do in the demo: one upload that works, one whose job fails, health checks. */
import { once } from 'node:events';
import { Problem } from '../../scripts/lib/problem.mjs';

/** How long a message may take from upload to its end. */
const LIMIT_MILLIS = 15_000;

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

/** Makes the traffic; resolves when both jobs have come to their end. */
export async function makeTraffic(url, queue, paint) {
  const health = await fetch(`${url}/health`);
  console.log(`  GET /health → ${health.status}  ${paint.dim('not traced')}`);
  const finished = await upload(url, WORKS, queue, 'finished', paint);
  const dead = await upload(url, FAILS, queue, 'dead', paint);
  console.log(`  ${paint.dim('queue')}  ${dead.attempts} attempts failed: the message is with the dead letters`);
  return [
    { ...finished, title: 'An upload and its job' },
    { ...dead, title: 'An upload whose job failed, was tried again, and ended with the dead letters' },
  ];
}

async function upload(url, sbom, queue, end, paint) {
  const signal = AbortSignal.timeout(LIMIT_MILLIS);
  const ended = once(queue, end, { signal });
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(sbom), signal };
  try {
    const response = await fetch(`${url}/api/sboms/upload`, options);
    // 00-<trace id>-<span id>-<flags>: the header by which a caller finds the trace.
    const traceId = response.headers.get('traceparent').split('-')[1];
    console.log(`  POST /api/sboms/upload ${sbom.name} → ${response.status}  ${paint.dim(`traceparent: …${traceId.slice(0, 8)}…`)}`);
    const [message] = await ended;
    return { traceId, attempts: message.attempt };
  } catch (error) {
    ended.catch(() => {});
    throw new Problem('OBS_DEMO_TRAFFIC_FAILED', `the upload of ${sbom.name} did not come to its end (${error.message}); see the lines above.`);
  }
}
