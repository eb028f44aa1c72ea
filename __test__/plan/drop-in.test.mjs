/** The plan's initialisation: the environment variables of its ECS tasks alone, and `src/tracing.ts`. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startReceiver } from '@manifest-cyber/observability-ts';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import { until } from '../../scripts/parts/until.mjs';
import { sampleText } from './sample.mjs';

const REGISTER = '@manifest-cyber/observability-ts/register';
const program = (name) => fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));

let receiver;
let port;
before(() => {
  receiver = startReceiver({ grpcPort: 0, httpPort: false });
  port = new URL(receiver.grpcEndpoint).port;
});
after(() => receiver.stop());

/** The environment without anything that would configure tracing. */
const bareEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL|OBS)_|^(SERVICE_NAME|ENV|VERSION|NODE_OPTIONS)$/.test(name)));

function start(command, args, env) {
  const child = spawn(command, args, { env: { ...bareEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  return { child, output, closed: once(child, 'close') };
}

/** Resources and spans of all traces that arrived. */
function arrived() {
  const resources = receiver.traces().flatMap(({ traceId }) => JSON.parse(receiver.trace(traceId)).resourceSpans);
  const attributes = resources.map(({ resource }) => Object.fromEntries(resource.attributes.map(({ key, value }) => [key, value.stringValue])));
  return { attributes, spans: resources.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)) };
}

test("the ECS task's environment variables alone configure everything", async () => {
  // A shell reads them as ECS' template would fill them in; only the port is another, since 4317 may be taken here.
  const variables = sampleText('ecs.env').replace(':4317', `:${port}`);
  const script = `set -a\n${variables}\nset +a\nexec "$NODE" --import ${REGISTER} "$PROGRAM"`;
  const env = { SERVICE_NAME: 'job-sbom-process', ENV: 'production', CLUSTER_NAME: 'saas', NODE: process.execPath, PROGRAM: program('service') };
  const { output, closed } = start('/bin/sh', ['-c', script], env);
  assert.deepEqual([await closed, output.stderr], [[0, null], '']);

  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) });
  const ids = JSON.parse(output.stdout);
  const expected = ids.filter((id) => sampler.shouldSample(ROOT_CONTEXT, id, 'job.process.sbom', 0, {}, []).decision !== 0);
  const { attributes, spans } = await until('the spans', () => (arrived().spans.length === expected.length ? arrived() : undefined));
  assert.deepEqual(spans.map(({ traceId }) => traceId).sort(), expected.sort());
  for (const resource of attributes) {
    const { 'service.name': service, environment, cluster } = resource;
    assert.deepEqual({ service, environment, cluster }, { service: 'job-sbom-process', environment: 'production', cluster: 'saas' });
  }
});

test('src/tracing.ts starts tracing, and SIGTERM delivers what has ended', async () => {
  receiver.clear();
  const env = { SERVICE_NAME: 'manifest-api', ENV: 'staging', VERSION: '1.2.3', OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port}` };
  const { child, output, closed } = start(process.execPath, [program('initialization')], env);
  await until('the service', () => output.stdout === 'ready\n', { describe: () => `: ${output.stderr}` });
  child.kill('SIGTERM');
  assert.deepEqual([await closed, output.stderr], [[0, null], '']);
  const { attributes, spans } = await until('the span', () => (arrived().spans.length === 1 ? arrived() : undefined));
  assert.equal(spans[0].name, 'job.process.sbom');
  const { 'service.name': service, environment, 'service.version': version } = attributes[0];
  assert.deepEqual({ service, environment, version }, { service: 'manifest-api', environment: 'staging', version: '1.2.3' });
});
