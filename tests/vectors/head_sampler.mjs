// Writes head_sampler.json: what OpenTelemetry JS decides, for the Rust and JavaScript samplers to be held against.
// Run in an empty folder: npm install @opentelemetry/sdk-trace-base@2.12.1, copy this file there, node head_sampler.mjs > head_sampler.json
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';

// A fixed generator (mulberry32), so that the file can be made again byte by byte.
let state = 20260101;
const word = () => {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return (mixed ^ (mixed >>> 14)) >>> 0;
};
const hex = (number) => number.toString(16).padStart(8, '0');
const folding = (folded) => {
  const words = [word(), word(), word()];
  return [...words, (words[0] ^ words[1] ^ words[2] ^ folded) >>> 0].map(hex).join('');
};

const ratios = [0, 1e-10, 1e-9, 0.0001, 0.01, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.9, 0.999999, 1];
const ids = ['00000000000000000000000000000000', '4bf92f3577b34da6a3ce929d0e0e4736', 'ffffffffffffffffffffffffffffffff', folding(0), folding(0xffffffff)];
// The two sides of each bound, then anything.
for (const ratio of ratios) {
  const bound = Math.floor(ratio * 0xffffffff);
  ids.push(folding(bound), folding((bound + 1) >>> 0), folding(Math.max(bound - 1, 0)));
}
while (ids.length < 300) ids.push([word(), word(), word(), word()].map(hex).join(''));

const decide = (ratio, id) => new TraceIdRatioBasedSampler(ratio).shouldSample(ROOT_CONTEXT, id).decision === SamplingDecision.RECORD_AND_SAMPLED;
const cases = ids.map((id) => `    ["${id}", "${ratios.map((ratio) => (decide(ratio, id) ? '1' : '0')).join('')}"]`);
process.stdout.write(`{
  "source": "@opentelemetry/sdk-trace-base 2.12.1, TraceIdRatioBasedSampler; one digit per ratio, 1 for sampled",
  "ratios": ${JSON.stringify(ratios)},
  "cases": [
${cases.join(',\n')}
  ]
}
`);
