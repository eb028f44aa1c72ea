// Which thread is the main one is told without `worker_threads`; here it is compared with what that says.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { isMainThread, Worker } from 'node:worker_threads';

const marked = () => process.abort.disabled === true;

test('Node marks process.abort in worker threads, and only there', async () => {
  assert.equal(isMainThread, true);
  assert.equal(marked(), false);
  const worker = new Worker(`require('node:worker_threads').parentPort.postMessage((${marked})())`, { eval: true });
  const [message] = await once(worker, 'message');
  assert.equal(message, true);
});
