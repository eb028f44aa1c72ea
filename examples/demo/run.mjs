/** What happens in the demo, in its order. */
import { constants } from 'node:os';
import { Problem } from '../../scripts/lib/problem.mjs';
import { freePorts } from '../../scripts/parts/ports.mjs';
import { leaveSignals } from '../../scripts/parts/service.mjs';
import { startBroker } from './brokers/index.mjs';
import { painter } from './paint.mjs';
import { startServices } from './services.mjs';
import { makeTraffic } from './traffic.mjs';

/** Runs the demo to its end. */
export async function runDemo({ broker: name, brokerUrl, endpoint, grpcPort, httpPort, width, colour }) {
  const paint = painter(colour);
  const ending = endAtSignals();
  try {
    const receiver = endpoint === undefined ? await startReceiver(grpcPort, httpPort) : undefined;
    ending.push(() => receiver?.stop());
    console.log(paint.bold('\nStarting'));
    console.log(
      receiver ? `  receiver          OTLP gRPC ${receiver.grpcEndpoint}, HTTP ${receiver.httpEndpoint}` : `  sending to        ${endpoint}`,
    );
    const broker = await startBroker({ name, url: brokerUrl, told: (what) => console.log(`  ${paint.dim(what)}`) });
    ending.push(() => broker.close());
    console.log(`  ${`queue (${name})`.padEnd(16)}  ${broker.place}`);
    const [port] = await freePorts(1);
    const destination = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint ?? receiver.grpcEndpoint };
    const services = startServices({ paint, environment: { ...destination, ...broker.environment, BROKER: name, PORT: String(port) } });
    ending.push(() => services.stop());
    await services.ready();
    console.log(paint.bold('\nTraffic'));
    const uploads = await makeTraffic(services.url, broker, paint);
    // Both end as a deployment ends them. What their spans say arrives all the same: there is no waiting for a batch to fill.
    await services.stop();
    if (receiver) showTraces({ receiver, uploads, width, colour, paint });
    else tellWhere({ endpoint, uploads, lost: services.lostSpans() });
  } catch (error) {
    // What fails because a signal is ending it all is no news.
    if (!ending.signalled()) throw error;
  } finally {
    await ending.run();
  }
}

/** What has to be ended, the last first: when the demo is over, or a signal ends it. */
function endAtSignals() {
  const ends = [];
  let signalled = false;
  const run = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  leaveSignals();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    // What is still on its way up is ended with this process.
    process.once(signal, () => {
      signalled = true;
      run().finally(() => process.exit(128 + constants.signals[signal]));
    });
  }
  return { push: (end) => ends.push(end), run, signalled: () => signalled };
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
  const traces = receiver.traces();
  const { spansReceived } = receiver.stats();
  const polls = traces.filter(({ name }) => name.startsWith('receive '));
  const shown = spansReceived - polls.reduce((sum, { spans }) => sum + spans, 0);
  console.log(`\n${shown} spans of ${traces.length - polls.length} traces arrived. The health checks made none.`);
  if (polls.length > 0) {
    console.log(`Beside them ${polls.length} polls of the queue, each a trace of its own with a link to the message it brought.`);
  }
}

function tellWhere({ endpoint, uploads, lost }) {
  if (lost) throw new Problem('OBS_DEMO_NOT_DELIVERED', `${endpoint} did not take the spans: see the lines with OBS_ codes above.`);
  const traces = uploads.map(({ title, traceId }) => `  ${traceId}  ${title}`).join('\n');
  console.log(`\nAll spans were delivered. Look for these traces where ${endpoint} keeps them:\n${traces}`);
}
