// `require` and initialisation in a fresh process, http and express instrumentation included, files in the page cache.
import { mainThreadNanos } from '../lib/cpu.mjs';

export const title = 'start';
export const contenders = ['api', 'ours', 'opentelemetry', 'node-sdk', 'datadog'];
export const options = {};
export const rounds = 20;
export const figures = [
  { key: 'wallMillis', title: '`require` plus init', unit: 'ms', limit: { atMost: 30, aim: 15 } },
  { key: 'mainMillis', title: '`require` plus init, main thread', unit: 'ms' },
];

export async function measure(contender, { sink, protocol }) {
  const cpu = mainThreadNanos();
  const start = performance.now();
  await contender.start({ sink, sampled: true, instrument: true, protocol });
  return { wallMillis: performance.now() - start, mainMillis: (mainThreadNanos() - cpu) / 1e6 };
}
