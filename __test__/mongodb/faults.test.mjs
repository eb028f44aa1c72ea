/** Commands of MongoDB that have no good end: connections that break, answers that never come, clients that close. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { until } from '../../scripts/parts/until.mjs';
import { mongoMissing } from '../parts/mongo.mjs';
import { startProxy } from './proxy.mjs';
import { DRIVERS, useMongo } from './support.mjs';

for (const name of DRIVERS) {
  describe(`instrumentMongo when something fails, ${name}`, { skip: mongoMissing }, () => {
    const used = useMongo(name);
    const unhandled = [];
    const note = (error) => unhandled.push(error);
    before(() => process.on('unhandledRejection', note));
    after(() => process.off('unhandledRejection', note));

    /** A traced client behind a proxy whose next command has no answer: what it sends, and the proxy. */
    async function unanswered(options) {
      const proxy = await startProxy(used.server.port);
      const client = used.tracedClient({ retryReads: false, serverSelectionTimeoutMS: 500, monitorCommands: true, ...options }, undefined, proxy.url);
      await used.by(client).findOne({});
      proxy.hold();
      const sent = once(client, 'commandStarted');
      const outcome = used
        .by(client)
        .countDocuments({})
        .then(
          () => 'answered',
          (error) => error,
        );
      await sent;
      assert.equal(used.of('aggregate').length, 0);
      return { client, proxy, outcome };
    }
    const failed = () => {
      const [span, ...others] = used.of('aggregate');
      assert.deepEqual(others, []);
      assert.equal(span.status.code, 2);
      return { type: span.attributes['error.type'], message: span.status.message, code: span.attributes['db.response.status_code'] };
    };

    test('a connection that breaks', async () => {
      const { proxy, outcome } = await unanswered();
      proxy.cut();
      const error = await outcome;
      assert.equal(error.name, 'MongoNetworkError');
      assert.deepEqual(failed(), { type: 'MongoNetworkError', message: error.message, code: undefined });
      await proxy.close();
    });

    test('an answer that takes too long', async () => {
      const { proxy, outcome } = await unanswered({ socketTimeoutMS: 100 });
      assert.equal((await outcome).name, 'MongoNetworkTimeoutError');
      assert.equal(failed().type, 'MongoNetworkTimeoutError');
      await proxy.close();
    });

    test('a client that is closed while a command has no answer', async () => {
      const { client, proxy, outcome } = await unanswered();
      const closed = client.close();
      const error = await outcome;
      await closed;
      assert.deepEqual(failed(), { type: error.name, message: error.message, code: undefined });
      await proxy.close();
    });

    test('a topology that closes without a word about its commands, and what comes of them later', async () => {
      const { client, proxy, outcome } = await unanswered();
      client.emit('topologyClosed', {});
      assert.deepEqual(failed(), { type: 'client_closed', message: 'the client was closed before the server answered', code: undefined });
      proxy.cut();
      await outcome;
      assert.equal(used.of('aggregate').length, 1);
      await proxy.close();
    });

    test('a client that was closed fails or goes on as without us', async () => {
      const outcomeOf = async (client) => {
        await client.connect();
        await client.close();
        return used
          .by(client)
          .findOne({})
          .then(
            () => 'answered',
            (error) => error.message,
          );
      };
      const outcome = await outcomeOf(used.tracedClient());
      assert.equal(outcome, await outcomeOf(used.bareClient()));
      assert.equal(used.of('find').length, outcome === 'answered' ? 1 : 0);
    });

    test('a server that goes: heartbeats fail without a span; when it is back, spans are', async () => {
      const client = used.tracedClient({ serverSelectionTimeoutMS: 300, heartbeatFrequencyMS: 100, minHeartbeatFrequencyMS: 50 });
      await used.by(client).findOne({});
      const heartbeat = once(client, 'serverHeartbeatFailed');
      await used.server.kill();
      await heartbeat;
      await assert.rejects(used.by(client).countDocuments({}), { name: 'MongoServerSelectionError' });
      // It was never sent.
      assert.deepEqual(used.of('aggregate'), []);
      await used.server.restart();
      await until('the server to be found', () =>
        used
          .by(client)
          .insertOne({})
          .then(
            () => true,
            () => false,
          ),
      );
      const inserts = used.of('insert');
      assert.deepEqual(
        inserts.filter((span) => span.status.code === 0).map((span) => span.attributes['server.port']),
        [used.server.port],
      );
    });

    test('nothing of it was left unhandled', () => assert.deepEqual(unhandled, []));
  });
}
