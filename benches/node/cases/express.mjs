// Main-thread CPU that tracing adds to a request of an Express 5 service: with the server span, the middleware and one header written.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startApp } from '../lib/app.mjs';
import { costOf } from '../lib/cpu.mjs';

export const title = 'Express 5';
export const contenders = ['none', 'ours', 'opentelemetry', 'datadog'];
// V8 compiles what runs once a request only after some 15,000 of them. With `--set perSecond=2000` requests come at a rate; without, each answer brings the next
// one. On Node 24 that makes a difference (docs/adr/0002, "Load").
export const options = { warmup: 20_000, requests: 400, perSecond: 0, slices: 8, connections: 8 };
// Many processes rather than long ones: how V8 happens to compile and lay out the service differs from process to process by more than what is measured.
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

const LOAD = fileURLToPath(new URL('../load.mjs', import.meta.url));

export async function open(contender, { sink, warmup, requests, perSecond, connections, protocol }) {
  const started = await contender.start({ sink, sampled: true, instrument: true, protocol });
  const { port } = await startApp(started.middleware?.());
  const load = fork(LOAD, [port, connections], { execArgv: [] });
  await once(load, 'message');
  const run = async (order) => {
    load.send(order);
    await once(load, 'message');
  };
  await run({ requests: warmup });
  await started.flush();
  return {
    slice: async () => ({
      ...(await costOf(started, requests, () => run({ requests, perSecond }))),
      expectedAtLeast: requests,
    }),
    close: () => load.disconnect(),
  };
}
