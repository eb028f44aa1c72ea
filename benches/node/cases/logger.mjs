// A log line with the ids of the active span over the same line through the bare logger, pino: tracing runs in both, and the span is there anyway.
import { setImmediate as turn } from 'node:timers/promises';
import * as ours from '../contenders/ours.mjs';
import { startReading } from '../lib/cpu.mjs';
import { requirePeer } from '../lib/peers.mjs';

export const title = 'log lines with ids';
export const contenders = ['none', 'ours', 'opentelemetry'];
export const options = { warmup: 60_000, lines: 240_000 };
export const variants = [{ linesPerSpan: 4 }, { linesPerSpan: 1 }];
export const figures = variants.flatMap(({ linesPerSpan }) => {
  const title = `a log line over the bare one, ${linesPerSpan} a span`;
  return [
    { key: `over${linesPerSpan}`, title, over: true, limit: { atMost: 1.25, aim: 1.15 } },
    { key: `micros${linesPerSpan}`, title: `${title}: main thread`, unit: 'µs' },
  ];
});

/** Open spans that take turns, as the requests in a service do. */
const SPANS = 512;
const BURST_LINES = 1000;

export async function measure(contender, { sink, warmup, lines, linesPerSpan, contender: name }) {
  // The line without ids is measured in the same service: with our tracing, and the span active.
  const started = await (name === 'none' ? ours : contender).start({ sink, sampled: true });
  const { trace, context, ROOT_CONTEXT } = started.api;
  const write = lineWriter(name, started);
  const tracer = started.tracer ?? trace.getTracer('bench');
  const contexts = Array.from({ length: SPANS }, () => trace.setSpan(ROOT_CONTEXT, tracer.startSpan('work')));
  const run = async (from, count) => {
    let line = from;
    const work = () => {
      for (let i = 0; i < linesPerSpan; i++) write(line++);
    };
    for (let i = 0; i < count; i += linesPerSpan) {
      context.with(contexts[(i / linesPerSpan) % SPANS], work);
      if (i % BURST_LINES === 0) await turn();
    }
  };
  await run(0, warmup);
  const read = startReading();
  await run(warmup, lines);
  const micros = read().mainNanos / lines / 1000;
  return { [`over${linesPerSpan}`]: micros, [`micros${linesPerSpan}`]: micros, expectedSpans: 0 };
}

/** Writes line `i`: the plan's own, with a user and an organisation that vary. */
function lineWriter(name, { own }) {
  const base = createPino(name);
  if (name !== 'ours') return (i) => base.info(fieldsOf(i), 'Processing SBOM upload');
  const logger = own.OtelLogger.create(base, { autoTrace: true });
  return (i) => logger.info('Processing SBOM upload', fieldsOf(i));
}

const fieldsOf = (i) => ({ userId: `user-${i % 50_009}`, organizationId: `org-${i % 997}` });

/** pino as it comes, writing each line at once, to where writing costs least. */
function createPino(name) {
  if (name === 'opentelemetry') {
    const { PinoInstrumentation } = requirePeer('@opentelemetry/instrumentation-pino');
    new PinoInstrumentation({ disableLogSending: true }).enable();
  }
  const pino = requirePeer('pino');
  return pino(pino.destination('/dev/null'));
}
