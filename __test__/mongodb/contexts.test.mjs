/** Below which span a command of MongoDB hangs: the one that was active where it was called, whatever happens meanwhile. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { withSpan } from '@manifest-cyber/observability-ts';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { mongoMissing } from '../parts/mongo.mjs';
import { DRIVERS, idOf, OLDEST, parentOf, useMongo } from './support.mjs';

const FLIGHTS = 100;

for (const name of [OLDEST, ...DRIVERS]) {
  describe(`contexts of instrumentMongo, ${name}`, { skip: mongoMissing }, () => {
    const used = useMongo(name);
    const things = (count) => Array.from({ length: count }, (_, i) => ({ i }));
    const parentsOf = (operation) => used.of(operation).map(parentOf);
    const ids = (...names) => names.map((each) => idOf(used.named(each)[0]));

    test('a cursor: each batch hangs below the span in which it was asked for', async () => {
      await used.collection.insertMany(things(6));
      const cursor = used.collection.find({}, { batchSize: 2 });
      await withSpan('first', () => cursor.next());
      await withSpan('second', async () => {
        await cursor.next();
        await cursor.next();
      });
      await withSpan('rest', async () => {
        let left = 0;
        for await (const _ of cursor) left++;
        assert.equal(left, 3);
      });
      assert.deepEqual(parentsOf('find'), ids('first'));
      assert.deepEqual(new Set(parentsOf('getMore')), new Set(ids('second', 'rest')));
      assert.equal(parentsOf('getMore')[0], ids('second')[0]);
    });

    test('toArray, forEach and a stream of a cursor', async () => {
      await used.collection.insertMany(things(4));
      const find = () => used.collection.find({}, { batchSize: 3 });
      await withSpan('array', () => find().toArray());
      await withSpan('each', async () => {
        for (const _ of await find().toArray()) await nextTurn();
      });
      await withSpan('stream', async () => {
        let count = 0;
        for await (const _ of find().stream()) count++;
        assert.equal(count, 4);
      });
      assert.deepEqual(parentsOf('find'), ids('array', 'each', 'stream'));
      assert.deepEqual(parentsOf('getMore'), ids('array', 'each', 'stream'));
    });

    for (const maxPoolSize of [1, 3, 100]) {
      test(`${FLIGHTS} contexts at once on ${maxPoolSize} connections, from the first command on`, async () => {
        const client = used.tracedClient({ maxPoolSize });
        await Promise.all(
          Array.from({ length: FLIGHTS }, (_, i) =>
            withSpan(`flight ${i}`, async () => {
              const collection = client.db('test').collection(`${used.name}-${i}`);
              if (i % 3 === 0) await nextTurn();
              await collection.insertMany(things(3));
              await Promise.all([collection.findOne({ i: 1 }), withSpan(`inner ${i}`, () => collection.countDocuments({}))]);
              for await (const _ of collection.find({}, { batchSize: 2 })) if (i % 2 === 0) await nextTurn();
            }),
          ),
        );
        const spans = used.spans();
        const byName = new Map(spans.filter((span) => / \d+$/.test(span.name)).map((span) => [span.name, idOf(span)]));
        const expected = { insert: 'flight', find: 'flight', getMore: 'flight', aggregate: 'inner' };
        const commands = spans.filter((span) => span.kind === 2);
        assert.equal(commands.length, FLIGHTS * 5);
        for (const span of commands) {
          const [, operation, flight] = /^(\w+) .*-(\d+)$/.exec(span.name);
          assert.equal(parentOf(span), byName.get(`${expected[operation]} ${flight}`), span.name);
        }
      });
    }

    test('a session and its transactions', async () => {
      await withSpan('committed', () =>
        used.client.withSession((session) =>
          session.withTransaction(async () => {
            await used.collection.insertOne({ a: 1 }, { session });
            await used.collection.findOne({}, { session });
          }),
        ),
      );
      await withSpan('aborted', () =>
        used.client.withSession(async (session) => {
          session.startTransaction();
          await used.collection.insertOne({ a: 1 }, { session });
          await session.abortTransaction();
        }),
      );
      const [committed, aborted] = ids('committed', 'aborted');
      const below = (id) =>
        used
          .spans()
          .filter((span) => parentOf(span) === id)
          .map((span) => span.attributes['db.operation.name']);
      assert.deepEqual(below(committed), ['insert', 'find', 'commitTransaction']);
      assert.deepEqual(below(aborted), ['insert', 'abortTransaction']);
    });

    test('where tracing is suppressed there is no span', async () => {
      await context.with(suppressTracing(context.active()), () => used.collection.findOne({}));
      assert.deepEqual(used.spans(), []);
    });
  });
}
