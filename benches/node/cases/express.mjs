// Main-thread CPU that tracing adds to a request of an Express 5 service: with the server span, the middleware and one header written.
import { startApp } from '../lib/app.mjs';
import { costInParts } from '../lib/cpu.mjs';
import { startProgram } from '../lib/rust-process.mjs';

export const title = 'Express 5';
export const contenders = ['none', 'ours', 'opentelemetry', 'datadog'];
// V8 compiles what runs once a request only after some 15,000 of them. With `--set perSecond=2000` requests come at a rate; without, each answer brings the next
// one (docs/adr/0002, "Load").
export const options = { warmup: 20_000, requests: 1_000, parts: 16, perSecond: 0, connections: 8 };
// Many processes rather than long ones: how V8 happens to compile and lay out the service differs from process to process.
export const rounds = 12;
export const figures = [
  {
    key: 'mainMicros',
    title: 'Express 5 JSON hello: main thread added per request',
    unit: 'µs',
    net: true,
    bars: { opentelemetry: { atMost: 1 / 10, aim: 1 / 15 } },
  },
  { key: 'allMicros', title: 'Express 5 JSON hello: all threads added per request', unit: 'µs', net: true, bars: {} },
];

// A process is measured at once, as a service runs: one that waits while others work comes back to cold caches, and has given memory back meanwhile.
export async function measure(contender, { sink, warmup, requests, parts, perSecond, connections, protocol }) {
  const started = await contender.start({ sink, sampled: true, instrument: true, protocol });
  const { port } = await startApp(started.middleware?.());
  const load = startProgram('load', [String(port), String(connections)]);
  await load.answer();
  await load.ask(`${warmup} 0`);
  await started.flush();
  const cost = await costInParts(started, { parts, count: requests }, () => load.ask(`${requests} ${perSecond}`));
  load.end();
  return { ...cost, expectedAtLeast: warmup + requests * parts };
}
