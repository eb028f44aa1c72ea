// The parent's handle on the sinks: what takes OTLP is the one in Rust where it is built (`npm run bench` builds it), else the one in Node, which is
// slower than what is measured at the highest rates. The Datadog agent's API is always the Node sink's.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isBuilt, startProgram } from './rust-process.mjs';

const NODE_SINK = fileURLToPath(new URL('../sinks/main.mjs', import.meta.url));

async function startNodeSink() {
  const child = fork(NODE_SINK, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [{ addresses }] = await once(child, 'message');
  const counts = async () => {
    child.send('counts');
    return (await once(child, 'message'))[0].counts;
  };
  return { addresses, counts, stop: () => child.disconnect() };
}

async function startRustSink() {
  const sink = startProgram('sink', ['--count-spans']);
  const { httpPort, grpcPort } = JSON.parse(await sink.answer());
  const counts = async () => {
    const { spans, ...rest } = JSON.parse(await sink.ask(''));
    return { otlp: spans, agent: 0, ...rest };
  };
  const addresses = { http: `http://127.0.0.1:${httpPort}`, grpc: `http://127.0.0.1:${grpcPort}` };
  return { addresses, counts, stop: sink.end };
}

const combine = (one, other, operation) => Object.fromEntries(Object.entries(one).map(([key, value]) => [key, operation(value, other[key] ?? 0)]));

/** Starts the sinks; `title`, `addresses`, `reset()`, `counts()` since then, and `stop()`. */
export async function startSink() {
  const sinks = [await startNodeSink()];
  const inRust = isBuilt('sink');
  if (inRust) sinks.push(await startRustSink());
  else console.error('!! the sink in Rust is not built (cargo build --release --example sink): the Node sink limits the throughput case');
  const total = async () => {
    const all = await Promise.all(sinks.map((sink) => sink.counts()));
    return all.reduce((sum, counts) => combine(sum, counts, (a, b) => a + b));
  };
  let before = await total();
  return {
    title: inRust ? 'Rust (benches/sink)' : 'Node (benches/node/sinks)',
    addresses: Object.assign({}, ...sinks.map((sink) => sink.addresses)),
    reset: async () => {
      before = await total();
    },
    counts: async () => combine(await total(), before, (now, then) => now - then),
    stop: () => {
      for (const sink of sinks) sink.stop();
    },
  };
}
