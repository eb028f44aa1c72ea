/** Commands of MongoDB's driver, versions 6.0, 6 and 7: which spans they make, and what those carry. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instrumentMongo, withSpan } from '@manifest-cyber/observability-ts';
import { mongoMissing } from '../parts/mongo.mjs';
import { DRIVERS, driver, idOf, OLDEST, parentOf, useMongo } from './support.mjs';

for (const name of [OLDEST, ...DRIVERS]) {
  describe(`instrumentMongo, ${name}`, { skip: mongoMissing }, () => {
    const used = useMongo(name);
    const common = () => ({ 'db.system.name': 'mongodb', 'db.namespace': 'test', 'server.address': '127.0.0.1', 'server.port': used.server.port });

    test('a command is a client span with the conventions, below the span where it was called', async () => {
      await withSpan('request', () => used.collection.findOne({ owner: 'x' }));
      const [found] = used.of('find');
      const [request] = used.named('request');
      assert.equal(used.spans().length, 2);
      assert.equal(found.kind, 2);
      assert.equal(parentOf(found), idOf(request));
      assert.deepEqual(found.status, { code: 0 });
      assert.deepEqual(found.attributes, { ...common(), 'db.operation.name': 'find', 'db.collection.name': used.name });
      assert.equal(found.instrumentationScope.name, '@manifest-cyber/observability-ts');
    });

    test('without a trace it begins one, as requests do', async () => {
      await used.collection.findOne({});
      assert.equal(parentOf(used.of('find')[0]), undefined);
    });

    const things = (count) => Array.from({ length: count }, (_, i) => ({ i }));
    const COMMANDS = [
      { call: (c) => c.insertOne({ a: 1 }), names: ['insert *'] },
      { call: (c) => c.insertMany(things(3)), names: ['insert *'], size: 3 },
      { call: (c) => c.updateMany({}, { $set: { b: 1 } }), names: ['update *'] },
      { call: (c) => c.deleteMany({}), names: ['delete *'] },
      { call: (c) => c.findOneAndUpdate({}, { $set: { b: 1 } }, { upsert: true }), names: ['findAndModify *'] },
      { call: (c) => c.aggregate([{ $match: {} }]).toArray(), names: ['aggregate *'] },
      { call: (c) => c.countDocuments({}), names: ['aggregate *'] },
      { call: (c) => c.estimatedDocumentCount(), names: ['count *'] },
      { call: (c) => c.distinct('a'), names: ['distinct *'] },
      { call: (c) => c.createIndex({ a: 1 }), names: ['createIndexes *'] },
      { call: (c) => used.client.db('test').createCollection(c.collectionName), names: ['create *'] },
      { call: () => used.client.db('test').listCollections().toArray(), names: ['listCollections'] },
      { call: () => used.client.db('test').command({ ping: 1 }), names: ['ping'] },
      { call: () => used.client.db('test').command({ hello: 1 }), names: ['hello'] },
      {
        call: (c) => c.bulkWrite([{ insertOne: { document: {} } }, { insertOne: { document: {} } }, { deleteOne: { filter: {} } }]),
        names: ['insert *', 'delete *'],
        size: 2,
      },
    ];
    for (const { call, names, size } of COMMANDS) {
      test(`${call.toString().replace(/^\(c?\) => /, '')}: ${names}`, async () => {
        await call(used.collection);
        const spans = used.spans();
        assert.deepEqual(
          spans.map((span) => span.name),
          names.map((each) => each.replace('*', used.name)),
        );
        assert.deepEqual(
          spans.map((span) => [span.attributes['db.operation.name'], span.attributes['db.collection.name']]),
          names.map((each) => [each.split(' ')[0], each.endsWith('*') ? used.name : undefined]),
        );
        assert.equal(spans[0].attributes['db.operation.batch.size'], size);
        assert.deepEqual(spans[0].status, { code: 0 });
      });
    }

    test('spans take as long as the driver measured, without the time that commands wait for a connection', async () => {
      const client = used.tracedClient({ maxPoolSize: 1, monitorCommands: true });
      await client.db('test').command({ ping: 1 });
      const measured = [];
      client.on('commandSucceeded', ({ duration }) => measured.push(duration));
      const start = performance.now();
      await Promise.all([500, 500, 500, 500].map((count) => used.by(client).insertMany(things(count))));
      const whole = performance.now() - start;
      const taken = used.of('insert').map(({ duration: [seconds, nanos] }) => seconds * 1000 + nanos / 1e6);
      const sum = (all) => all.reduce((total, one) => total + one, 0);
      // The driver's figures have whole milliseconds, of which each end is cut.
      taken.forEach((millis, i) => {
        assert.ok(millis > measured[i] - 1, `${millis} and ${measured[i]}`);
      });
      // One after the other, as the connection was free: what they waited would come to a multiple of the whole.
      assert.ok(sum(taken) <= whole, `${taken} and ${whole}`);
    });

    test('what the driver sends of itself makes no span', async () => {
      await used.collection.insertMany(things(4));
      const told = [];
      const client = used.tracedClient({ monitorCommands: true }).on('commandStarted', ({ commandName }) => told.push(commandName));
      for await (const thing of used.by(client).find({}, { batchSize: 2 })) if (thing.i === 1) break;
      await client.close();
      assert.deepEqual(told, ['find', 'killCursors', 'endSessions']);
      assert.deepEqual(
        used.spans().map((span) => span.attributes['db.operation.name']),
        ['insert', 'find'],
      );
    });

    test('a client that has connected already, and one that was told to monitor', async () => {
      // Of the oldest driver only one that tells commands from the beginning can be seen so late.
      const late = used.bareClient({ monitorCommands: name === OLDEST });
      await Promise.all([used.by(late).findOne({}), used.by(late).findOne({})]);
      assert.equal(used.spans().length, 0);
      instrumentMongo(late);
      await Promise.all(Array.from({ length: 10 }, () => used.by(late).findOne({})));
      assert.equal(used.of('find').length, 10);
      await used.by(used.tracedClient({ monitorCommands: true })).insertOne({});
      assert.equal(used.of('insert').length, 1);
    });

    test('a client that is instrumented twice, and one that is used again after it was closed', async () => {
      assert.equal(instrumentMongo(instrumentMongo(used.client, { queryText: true })), used.client);
      await used.collection.findOne({});
      assert.equal(used.spans().length, 1);
      assert.equal(used.spans()[0].attributes['db.query.text'], undefined);
      await used.client.close();
      const again = used.bareClient();
      instrumentMongo(again);
      await again.connect();
      await again.close();
      await again.connect();
      await used.by(again).insertOne({});
      assert.equal(used.of('insert').length, 1);
    });

    test('a refused command has failed with the code of the server', async () => {
      const { MongoServerError } = driver(name);
      await assert.rejects(used.client.db('test').command({ nothing: 1 }), MongoServerError);
      const [refused] = used.named('nothing');
      assert.deepEqual(refused.status, { code: 2, message: "no such command: 'nothing'" });
      assert.deepEqual([refused.attributes['db.response.status_code'], refused.attributes['error.type']], ['59', '59']);
      assert.deepEqual(refused.events, []);
    });

    test('so has a write of which the server says that it failed, without the values of the document', async () => {
      await used.collection.insertOne({ _id: 'secret' });
      await assert.rejects(used.collection.insertMany([{ _id: 'other' }, { _id: 'secret' }], { ordered: false }), { code: 11000 });
      const [, failed] = used.of('insert');
      assert.equal(failed.status.code, 2);
      assert.match(failed.status.message, /^E11000 duplicate key error collection: test\.things\d+ index: _id_$/);
      assert.equal(failed.attributes['db.response.status_code'], '11000');
    });

    test('a bulk write over several collections, which this server does not know', async () => {
      const ops = [0, 1].map((insert) => ({ insert, document: {} }));
      const nsInfo = ['a', 'b'].map((collection) => ({ ns: `test.${collection}` }));
      await assert.rejects(used.client.db('admin').command({ bulkWrite: 1, ops, nsInfo }), { code: 59 });
      const [refused] = used.named('bulkWrite');
      const failure = { 'db.response.status_code': '59', 'error.type': '59' };
      const own = { 'db.namespace': 'admin', 'db.operation.name': 'bulkWrite', 'db.operation.batch.size': 2, ...failure };
      assert.deepEqual([refused.status.code, refused.attributes], [2, { ...common(), ...own }]);
    });
  });
}
