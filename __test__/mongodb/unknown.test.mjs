/** Drivers whose inside is not known, which are traced by what they tell, and what is no driver. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instrumentMongo, withSpan } from '@manifest-cyber/observability-ts';
import { until } from '../../scripts/parts/until.mjs';
import { mongoMissing } from '../parts/mongo.mjs';
import { DRIVERS, idOf, parentOf, useMongo } from './support.mjs';

/** Commands of one client that are open at most. */
const MAX_OPEN = 16_384;

const warnings = [];
process.on('warning', (warning) => warnings.push(warning));

/** Shows a client's topology without its servers, as a driver of another make might; the driver itself goes on with the real one. */
function hideServers(client) {
  let real = client.topology;
  const seen = () =>
    real &&
    new Proxy(real, {
      get(topology, key) {
        if (key === 's') return { ...topology.s, servers: undefined };
        const value = topology[key];
        return typeof value === 'function' ? value.bind(topology) : value;
      },
    });
  Object.defineProperty(client, 'topology', { get: seen, set: (topology) => (real = topology), configurable: true });
  return client;
}

for (const name of DRIVERS) {
  describe(`instrumentMongo by what the driver tells, ${name}`, { skip: mongoMissing }, () => {
    const used = useMongo(name);
    const hidden = (options) => instrumentMongo(hideServers(used.bareClient(options)));

    test('commands, cursors and failures, each below the span where it was called', async () => {
      const client = hidden();
      const things = used.by(client);
      await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          withSpan(`flight ${i}`, async () => {
            const own = client.db('test').collection(`${used.name}-${i}`);
            await own.insertMany([{ _id: 1 }, { _id: 2 }, { _id: 3 }]);
            for await (const _ of own.find({}, { batchSize: 2 }));
          }),
        ),
      );
      await assert.rejects(client.db('test').command({ nothing: 1 }));
      await things.insertOne({ _id: 1 });
      await assert.rejects(things.insertOne({ _id: 1 }));
      for (let i = 0; i < 20; i++) {
        const flight = idOf(used.named(`flight ${i}`)[0]);
        for (const operation of ['insert', 'find', 'getMore']) {
          const spans = used.named(`${operation} ${used.name}-${i}`);
          assert.deepEqual(spans.map(parentOf), [flight]);
          const { 'server.address': address, 'server.port': port, 'db.namespace': namespace } = spans[0].attributes;
          assert.deepEqual([address, port, namespace, spans[0].kind], ['127.0.0.1', used.server.port, 'test', 2]);
        }
      }
      assert.equal(used.named('nothing')[0].attributes['error.type'], '59');
      assert.deepEqual(
        used.of('insert').map((span) => span.attributes['error.type']),
        [undefined, '11000'],
      );
    });

    test('one that has connected: a warning with the way out, and the commands run', async () => {
      const client = hideServers(used.bareClient());
      await client.connect();
      instrumentMongo(client);
      assert.equal(await used.by(client).countDocuments({}), 0);
      assert.deepEqual(used.spans(), []);
      // Once for the process.
      const warning = await until('the warning', () => warnings.find(({ code }) => code === 'OBS_MONGO_CONNECTED'));
      assert.match(warning.message, /monitorCommands: true/);
    });

    test('commands whose end is never told are bounded, and end with the client', async () => {
      const client = hidden();
      await client.connect();
      const tell = (requestId) =>
        client.emit('commandStarted', { requestId, commandName: 'ping', databaseName: 'test', address: '127.0.0.1:1', command: { ping: 1 } });
      for (let i = 0; i < MAX_OPEN + 3; i++) tell(i);
      const types = () => used.named('ping').map((span) => span.attributes['error.type']);
      assert.deepEqual(types(), ['no_answer', 'no_answer', 'no_answer']);
      await client.close();
      assert.equal(types().length, MAX_OPEN + 3);
      assert.equal(types().at(-1), 'client_closed');
      client.emit('commandSucceeded', { requestId: MAX_OPEN, reply: { ok: 1 } });
      assert.equal(types().length, MAX_OPEN + 3);
    });

    test('an outcome that cannot be read ends its span all the same', async () => {
      const client = hidden();
      await client.connect();
      const hostile = {
        get code() {
          throw new Error('code');
        },
        get writeErrors() {
          throw new Error('writeErrors');
        },
      };
      for (const requestId of [1, 2]) client.emit('commandStarted', { requestId, databaseName: 'test', address: '', command: { ping: 1 } });
      client.emit('commandSucceeded', { requestId: 1, reply: hostile });
      client.emit('commandFailed', { requestId: 2, failure: hostile });
      assert.equal(used.named('ping').length, 2);
    });

    test('events that are none', async () => {
      const client = hidden();
      await used.by(client).findOne({});
      for (const event of ['commandStarted', 'commandSucceeded', 'commandFailed', 'connectionReady', 'topologyClosed']) {
        for (const told of [undefined, null, 7, {}, { command: 7 }, { command: {}, requestId: {} }]) client.emit(event, told);
      }
      await used.by(client).findOne({});
      assert.equal(used.of('find').length, 2);
    });

    test("the user's own listeners hear what they heard", async () => {
      const heard = async (make) => {
        const client = make({ monitorCommands: true });
        const told = [];
        for (const event of ['commandStarted', 'commandSucceeded', 'commandFailed'])
          client.on(event, ({ commandName }) => told.push([event, commandName]));
        await used.by(client).findOne({});
        await client
          .db('test')
          .command({ nothing: 1 })
          .catch(() => {});
        return told;
      };
      assert.deepEqual(await heard(used.tracedClient), await heard(used.bareClient));
      assert.equal(used.of('find').length, 1);
    });

    test('what is no client is given back, and so is one that is frozen', async () => {
      const hostile = new Proxy(
        {},
        {
          get() {
            throw new Error('proxy');
          },
        },
      );
      for (const value of [undefined, null, 7, 'client', {}, [], { on() {}, db() {} }, hostile]) assert.equal(instrumentMongo(value), value);
      const frozen = Object.freeze({ on() {}, db() {}, listenerCount: () => 0 });
      assert.equal(instrumentMongo(frozen), frozen);
      const options = {
        get queryText() {
          throw new Error('option');
        },
      };
      const client = used.bareClient();
      assert.equal(instrumentMongo(client, options), client);
      assert.equal(await used.by(client).countDocuments({}), 0);
      assert.equal(instrumentMongo(client, null), client);
      await used.by(client).findOne({});
      assert.equal(used.of('find').length, 1);
    });
  });
}
