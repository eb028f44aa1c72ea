// The parent's handle on the sink process.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SINK = fileURLToPath(new URL('../sinks/main.mjs', import.meta.url));

/** Starts the sink; `addresses`, `reset()`, `counts()` and `stop()`. */
export async function startSink() {
  const child = fork(SINK, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [{ addresses }] = await once(child, 'message');
  const ask = async (question) => {
    child.send(question);
    const [{ counts }] = await once(child, 'message');
    return counts;
  };
  return { addresses, reset: () => ask('reset'), counts: () => ask('counts'), stop: () => child.disconnect() };
}
