/** A message's time, where the clock behaves strangely. The channel is a stand-in: what matters is before the wire. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const PROGRAM = `
import { EventEmitter } from 'node:events';
import { initTracing, instrumentAmqp } from '@manifest-cyber/observability-ts';

class Channel extends EventEmitter {
  connection = { frameMax: 131072 };
  sendMessage(_fields, properties) {
    this.headers = properties.headers;
    return true;
  }
  publish(exchange, routingKey, content, options) {
    return this.sendMessage({ exchange, routingKey }, { headers: options.headers, timestamp: options.timestamp }, content);
  }
  sendToQueue(queue, content, options) {
    return this.publish('', queue, content, options);
  }
  consume() {}
  ack() {}
}

await initTracing({ exporter: { type: 'none' } });
const channel = instrumentAmqp(new Channel());
const now = Date.now;

function send() {
  const before = now();
  channel.sendToQueue('jobs', Buffer.from('x'), { timestamp: 1 });
  return { before, after: now(), sent: Math.floor(channel.headers['x-sent-ms']) };
}

send();
// The clock is looked at once a second.
await new Promise((resolve) => setTimeout(resolve, 1_100));
let readings = 0;
Date.now = () => (readings++ < Number(process.argv[1]) ? now() - 50 : now());
console.log(JSON.stringify({ ...send(), readings }));
process.exit();
`;

async function sentWith(disturbed) {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM, String(disturbed)], {
    cwd: import.meta.dirname,
  });
  return JSON.parse(stdout);
}

test('a thread that was held up while it read the clocks does not take that for a clock set back', async () => {
  const { before, after, sent, readings } = await sentWith(1);
  assert.ok(sent >= before && sent <= after, `${sent} of ${before} to ${after}`);
  assert.equal(readings, 2);
});

test('a clock that was set back is followed', async () => {
  const { before, after, sent } = await sentWith(Number.POSITIVE_INFINITY);
  assert.ok(sent >= before - 51 && sent <= after - 50, `${sent} of ${before} to ${after}`);
});
