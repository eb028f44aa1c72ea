/** What happens in the demo, in its order. */
import { Problem } from '../../scripts/lib/problem.mjs';
import { startQueue } from '../queue.mjs';
import { painter } from './paint.mjs';
import { freePort, startServices } from './services.mjs';
import { makeTraffic } from './traffic.mjs';

/** Runs the demo to its end. */
export async function runDemo({ endpoint, grpcPort, httpPort, width, colour }) {
  const paint = painter(colour);
  const receiver = endpoint === undefined ? await startReceiver(grpcPort, httpPort) : undefined;
  const queue = await startQueue();
  const services = startServices({
    paint,
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint ?? receiver.grpcEndpoint, PORT: String(await freePort()), QUEUE_PORT: String(queue.port) },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => services.stop().then(() => process.exit(1)));
  try {
    console.log(paint.bold('\nStarting'));
    console.log(
      receiver ? `  receiver          OTLP gRPC ${receiver.grpcEndpoint}, HTTP ${receiver.httpEndpoint}` : `  sending to        ${endpoint}`,
    );
    console.log(`  queue             127.0.0.1:${queue.port}`);
    await services.ready();
    console.log(paint.bold('\nTraffic'));
    const uploads = await makeTraffic(services.url, queue, paint);
    // Both end as a deployment ends them. What their spans say arrives all the same: there is no waiting for a batch to fill.
    await services.stop();
    if (receiver) showTraces({ receiver, uploads, width, colour, paint });
    else tellWhere({ endpoint, uploads, lost: services.lostSpans() });
  } finally {
    await services.stop();
    queue.close();
    receiver?.stop();
  }
}

async function startReceiver(grpcPort, httpPort) {
  try {
    const { startReceiver } = await import('@manifest-cyber/observability-ts');
    return startReceiver({ grpcPort, httpPort });
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new Problem('OBS_DEMO_NOT_BUILT', 'the package is not built yet. `npm run demo` does that first, or run `npm run build`.');
    }
    if (error.name !== 'ReceiverError') throw error;
    const way = error.code === 'OBS_RECEIVER_PORT_IN_USE' ? ' Here: `npm run demo -- --grpc-port 0 --http-port 0`.' : '';
    throw new Problem(error.code, `${error.message}.${way}`);
  }
}

function showTraces({ receiver, uploads, width, colour, paint }) {
  for (const { traceId, title } of uploads) {
    const picture = receiver.waterfall(traceId, { width, colour });
    if (picture === undefined) {
      throw new Problem('OBS_DEMO_TRACE_MISSING', `the trace ${traceId} did not arrive. Please report it, with the output above.`);
    }
    console.log(`\n${paint.bold(title)}\n${picture.trimEnd()}`);
  }
  const { spansReceived } = receiver.stats();
  const traces = receiver.traces().length;
  console.log(`\n${spansReceived} spans of ${traces} traces arrived. The health checks made none.`);
}

function tellWhere({ endpoint, uploads, lost }) {
  if (lost) throw new Problem('OBS_DEMO_NOT_DELIVERED', `${endpoint} did not take the spans: see the lines with OBS_ codes above.`);
  const traces = uploads.map(({ title, traceId }) => `  ${traceId}  ${title}`).join('\n');
  console.log(`\nAll spans were delivered. Look for these traces where ${endpoint} keeps them:\n${traces}`);
}
