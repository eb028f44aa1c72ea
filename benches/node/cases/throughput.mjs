// Spans a second from one JS thread with nothing dropped: the rate is raised step by step until a span is lost or the thread can't keep it.
import { startReading } from '../lib/cpu.mjs';
import { paced } from '../lib/pace.mjs';
import { SPANS_PER_REQUEST } from '../lib/workload.mjs';

export const title = 'throughput';
export const contenders = ['ours'];
export const options = { warmup: 50_000, millisPerStep: 1500, firstRate: 100_000, lastRate: 2_000_000, step: 1.15 };
export const figures = [
  { key: 'spansPerSecond', title: 'spans a second, one JS thread, none dropped', unit: '/s', limit: { atLeast: 500_000, aim: 800_000 } },
];

/** A step holds when every span was accepted and arrived, and the loop ran at least 97 % of the rate asked. */
export async function measure(contender, { sink, warmup, millisPerStep, firstRate, lastRate, step, protocol }) {
  const started = await contender.start({ sink, sampled: true, protocol });
  const request = contender.request(started);
  await paced(request, { count: warmup, perSecond: 20_000 });
  await started.flush();
  const lost = () => {
    const ledger = started.ledger();
    return typeof ledger.dropped === 'number' ? ledger.dropped : Object.values(ledger.dropped).reduce((sum, count) => sum + Number(count), 0);
  };
  const steps = [];
  let from = warmup;
  let best = 0;
  const lostBefore = lost();
  for (let rate = firstRate; rate <= lastRate; rate *= step) {
    const count = Math.round((rate / SPANS_PER_REQUEST) * (millisPerStep / 1000));
    const read = startReading();
    await paced(request, { from, count, perSecond: rate / SPANS_PER_REQUEST });
    const used = read();
    from += count;
    await started.flush();
    const reached = (count * SPANS_PER_REQUEST) / (used.wallNanos / 1e9);
    const holds = lost() === lostBefore && reached >= rate * 0.97;
    steps.push({ rate: Math.round(rate), reached: Math.round(reached), holds, mainShare: used.mainNanos / used.wallNanos });
    if (!holds) break;
    best = reached;
  }
  return { spansPerSecond: best, steps, ledger: started.ledger() };
}
