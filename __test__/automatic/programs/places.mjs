/** Classes of the libraries before tracing, while it runs, after its end and when it runs again: printed as what of them can be told apart. */
import { createRequire, Module } from 'node:module';
import { dirname, join } from 'node:path';
import { createTestTracing } from '@manifest-cyber/observability-ts';

const require = createRequire(import.meta.url);
const folder = dirname(require.resolve('amqplib'));
const load = () => [
  require('amqplib'),
  require('amqplib/callback_api'),
  require(join(folder, 'lib/channel_model.js')),
  require('@aws-sdk/client-sqs'),
];
const modules = load();
const [, , { Channel, ConfirmChannel }, { SQSClient, SQS }] = modules;
const objects = {
  load: Module.prototype,
  channel: Channel.prototype,
  confirm: ConfirmChannel.prototype,
  client: SQSClient.prototype,
  sqs: SQS.prototype,
};
/** Each property, with all that can be seen of it but which function it is. */
const shape = (object) =>
  Object.entries(Object.getOwnPropertyDescriptors(object)).map(([key, { value, ...rest }]) => [key, rest, value?.name, value?.length]);
const shapes = () => Object.fromEntries(Object.entries(objects).map(([name, object]) => [name, shape(object)]));
const functions = () => Object.values(objects).map((object) => Object.getOwnPropertyDescriptors(object));
const same = (before, now) =>
  before.every((properties, i) => {
    const keys = Reflect.ownKeys(properties);
    return keys.length === Reflect.ownKeys(now[i]).length && keys.every((key) => properties[key].value === now[i][key]?.value);
  });

const before = functions();
const untraced = shapes();
const tracing = createTestTracing();
const running = shapes();
const sameWhileRunning = same(before, functions());
const client = new SQS({ region: 'x' });
const kept = {
  exports: load().every((exported, i) => exported === modules[i]),
  classes: client instanceof SQS && client instanceof SQSClient && client.constructor === SQS,
};
await tracing.shutdown();
const sameAfter = same(before, functions());
const again = createTestTracing();
const sameAgain = same(before, functions());
await again.shutdown();
console.log(JSON.stringify({ untraced, running, kept, same: [sameWhileRunning, sameAfter, sameAgain, same(before, functions())] }));
