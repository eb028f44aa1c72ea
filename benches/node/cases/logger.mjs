// A log line with the ids of the active span over the same line through the bare logger, pino: tracing runs in both, and the span is there anyway.
import { setImmediate as turn } from 'node:timers/promises';
import * as ours from '../contenders/ours.mjs';
import { startReading } from '../lib/cpu.mjs';
import { requirePeer } from '../lib/peers.mjs';

export const title = 'log lines with ids';
export const contenders = ['none', 'ours', 'opentelemetry'];
export const options = { warmup: 60_000, lines: 40_000, slices: 8 };
const LINES_PER_SPAN = [4, 1];
export const figures = LINES_PER_SPAN.flatMap((linesPerSpan) => {
  const title = `a log line over the bare one, ${linesPerSpan} a span`;
  return [
    { key: `over${linesPerSpan}`, title, over: true, limit: { atMost: 1.25, aim: 1.15 } },
    { key: `micros${linesPerSpan}`, title: `${title}: main thread`, unit: 'µs' },
  ];
});

/** Open spans that take turns, as the requests in a service do. */
const SPANS = 512;
const BURST_LINES = 1000;

export async function open(contender, { sink, warmup, lines, contender: name }) {
  // The line without ids is measured in the same service: with our tracing, and the span active.
  const started = await (name === 'none' ? ours : contender).start({ sink, sampled: true });
  const { trace, context, ROOT_CONTEXT } = started.api;
  const write = lineWriter(name, started);
  const tracer = started.tracer ?? trace.getTracer('bench');
  const contexts = Array.from({ length: SPANS }, () => trace.setSpan(ROOT_CONTEXT, tracer.startSpan('work')));
  let line = 0;
  const run = async (count, linesPerSpan) => {
    const work = () => {
      for (let i = 0; i < linesPerSpan; i++) write(line++);
    };
    for (let i = 0; i < count; i += linesPerSpan) {
      context.with(contexts[(i / linesPerSpan) % SPANS], work);
      if (i % BURST_LINES === 0) await turn();
    }
  };
  for (const linesPerSpan of LINES_PER_SPAN) await run(warmup, linesPerSpan);
  return {
    async slice() {
      const figures = { expectedSpans: 0 };
      for (const linesPerSpan of LINES_PER_SPAN) {
        const read = startReading();
        await run(lines, linesPerSpan);
        const micros = read().mainNanos / lines / 1000;
        Object.assign(figures, { [`over${linesPerSpan}`]: micros, [`micros${linesPerSpan}`]: micros });
      }
      return figures;
    },
  };
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
