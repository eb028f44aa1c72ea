/** `db.query.text`: the keys of a command, and none of its values. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mongoMissing } from '../parts/mongo.mjs';
import { DRIVERS, driver, useMongo } from './support.mjs';

const circular = { a: 1 };
circular.self = circular;
const nested = (depth) => (depth === 0 ? 1 : { n: nested(depth - 1) });
const wide = (depth) => (depth === 0 ? 1 : Array.from({ length: 64 }, () => wide(depth - 1)));
const open = '{"n":'.repeat(11);

for (const name of DRIVERS) {
  describe(`queryText, ${name}`, { skip: mongoMissing }, () => {
    const used = useMongo(name);
    const { Binary, Long, ObjectId } = driver(name);
    const traced = () => used.by(used.tracedClient({}, { queryText: true }));
    /** What a call's span says; the call may fail, as it may without us. */
    const textOf = async (call) => {
      await call(traced()).catch(() => {});
      return used.spans()[0]?.attributes['db.query.text'];
    };

    const FILTERS = [
      { filter: { email: 'a@b.c', age: { $gt: 30 } }, text: '{"email":"?","age":{"$gt":"?"}}', why: 'nested keys' },
      { filter: { $or: [{ a: 1 }, { a: 2 }, { b: 3 }] }, text: '{"$or":[{"a":"?"},{"b":"?"}]}', why: 'equal neighbours once' },
      { filter: { id: { $in: Array.from({ length: 64 }, (_, i) => i) } }, text: '{"id":{"$in":["?"]}}', why: 'a long list' },
      { filter: { id: { $in: Array.from({ length: 65 }, (_, i) => i) } }, text: '{"id":{"$in":["?","…"]}}', why: 'a longer one' },
      { filter: { a: [] }, text: '{"a":[]}', why: 'an empty list' },
      {
        filter: {
          a: new Date(),
          b: /secret/,
          c: Buffer.from('secret'),
          d: new ObjectId(),
          e: Long.fromNumber(1),
          f: 1n,
          g: new Binary(Buffer.from('x')),
        },
        text: `{${[...'abcdefg'].map((key) => `"${key}":"?"`)}}`,
        why: 'values that are objects',
      },
      { filter: { a: null, b: undefined, c: true, d: 'x' }, text: '{"a":"?","b":"?","c":"?","d":"?"}', why: 'no objects' },
      { filter: { a: new Map([['key', { b: 1 }]]) }, text: '{"a":{"key":{"b":"?"}}}', why: 'a map' },
      { filter: { 'a"b': 1, '\n': 2 }, text: '{"a\\"b":"?","\\n":"?"}', why: 'keys that need escapes' },
      { filter: Object.assign(Object.create(null), { a: 1 }), text: '{"a":"?"}', why: 'no prototype' },
      {
        filter: {
          a: new (class Secret {
            key = 'secret';
          })(),
        },
        text: '{"a":"?"}',
        why: "instances of the user's classes",
      },
      { filter: nested(20), text: `${open}"?"${'}'.repeat(11)}`, why: 'a deep document' },
    ];
    for (const { filter, text, why } of FILTERS) {
      test(`a filter: ${why}`, async () => {
        const told = await textOf((collection) => collection.findOne(filter));
        assert.equal(told, `{"find":"?","filter":${text},"limit":"?","singleBatch":"?"}`);
      });
    }

    test('writes, and nothing that the driver adds', async () => {
      assert.equal(
        await textOf((collection) => collection.insertMany([{ _id: 1, a: 1 }, { _id: 2, a: 2 }, { _id: 3 }])),
        '{"insert":"?","documents":[{"_id":"?","a":"?"},{"_id":"?"}],"ordered":"?"}',
      );
      used.tracing.reset();
      assert.equal(
        await textOf((collection) => collection.updateOne({ a: 1 }, { $set: { b: 'secret' } })),
        '{"update":"?","updates":[{"q":{"a":"?"},"u":{"$set":{"b":"?"}}}],"ordered":"?"}',
      );
    });

    const BOUNDED = [
      { document: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key${i}`, i])), why: 'many keys' },
      { document: { ['k'.repeat(100_000)]: 1 }, why: 'a long key' },
      { document: { a: wide(4) }, why: '16 million equal values' },
    ];
    for (const { document, why } of BOUNDED) {
      test(`the text is bounded: ${why}`, async () => {
        // The command is refused or not; where its document is too large the driver says so when it writes it.
        const told = await textOf((collection) => collection.findOne(document.a === undefined ? document : { a: document.a.slice(0, 1) }));
        assert.ok(told.length <= 4097, `${told.length}`);
      });
    }

    test('documents that are hostile have the outcome that they have without us', async () => {
      let called = 0;
      const documents = [
        circular,
        {
          get a() {
            called++;
            throw new Error('getter');
          },
        },
        new Proxy(
          {},
          {
            ownKeys() {
              throw new Error('proxy');
            },
          },
        ),
        { toBSON: () => ({ a: 1 }) },
      ];
      for (const document of documents) {
        const outcomeOf = (collection) =>
          collection.findOne({ nested: document }).then(
            (found) => found,
            (error) => `${error.name}: ${error.message}`,
          );
        const bare = await outcomeOf(used.by(used.bareClient()));
        const calledBare = called;
        called = 0;
        assert.deepEqual(await outcomeOf(traced()), bare);
        assert.equal(called, calledBare);
        called = 0;
      }
    });
  });
}
