/** Baggage as the API has it: what came in a header, read, changed and passed on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { extractTraceContext, injectTraceContext } from '@manifest-cyber/observability-ts';
import { createTestTracing } from '@manifest-cyber/observability-ts/testing';
import { baggageEntryMetadataFromString, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

let tracing;
before(() => {
  tracing = createTestTracing({ http: false });
});
after(() => tracing.shutdown());

const baggageOf = (header) => propagation.getBaggage(extractTraceContext({ baggage: header }));
const sent = (baggage) => injectTraceContext({}, propagation.setBaggage(ROOT_CONTEXT, baggage)).baggage;

// One that the fast path takes, and one that Rust reads.
for (const header of ['user=1,tenant=acme', 'user=1, tenant=ac%6de']) {
  test(`entries of ${header}`, () => {
    const baggage = baggageOf(header);
    assert.deepEqual(baggage.getEntry('tenant'), { value: 'acme' });
    assert.equal(baggage.getEntry('none'), undefined);
    assert.equal(baggage.getEntry('__proto__'), undefined);
    assert.deepEqual(baggage.getAllEntries(), [
      ['user', { value: '1' }],
      ['tenant', { value: 'acme' }],
    ]);
    baggage.getEntry('tenant').value = 'changed';
    assert.equal(baggage.getEntry('tenant').value, 'acme', 'an entry is a copy');
  });

  test(`copies of ${header} with changes`, () => {
    const baggage = baggageOf(header);
    assert.equal(sent(baggage.setEntry('new', { value: 'a b' })), 'user=1,tenant=acme,new=a%20b');
    assert.equal(sent(baggage.setEntry('user', { value: '2' })), 'user=2,tenant=acme');
    assert.equal(sent(baggage.removeEntry('user')), 'tenant=acme');
    assert.equal(sent(baggage.removeEntries('user', 'none')), 'tenant=acme');
    assert.equal(sent(baggage.removeEntries('user', 'tenant')), undefined);
    assert.equal(sent(baggage.clear()), undefined);
    assert.equal(baggage.getAllEntries().length, 2, 'the first one is as it was');
    const properties = baggageEntryMetadataFromString('ttl=5 ; own');
    assert.equal(sent(baggage.setEntry('user', { value: 'ü', metadata: properties })), 'user=%C3%BC;ttl=5;own,tenant=acme');
  });
}

test('properties are kept, without white space around their parts', () => {
  const header = 'user=1 ; ttl = 5 ;own , tenant=acme';
  assert.equal(baggageOf(header).getEntry('user').metadata.toString(), 'ttl=5;own');
  assert.equal(sent(baggageOf(header)), 'user=1;ttl=5;own,tenant=acme');
});

test('what cannot be sent does not take the rest away', () => {
  const entries = { user: { value: '1' }, bad: { value: 42 }, worse: null, half: { value: '\ud800' }, 'a b': { value: '2' }, '': { value: '3' } };
  assert.equal(sent(propagation.createBaggage(entries)), 'user=1,half=%EF%BF%BD,a%20b=2');
});

test('more than a header holds is left out', () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, { value: '1' }]));
  assert.equal(sent(propagation.createBaggage(many)).split(',').length, 180);
  const long = { a: { value: 'x'.repeat(5000) }, b: { value: 'x'.repeat(5000) }, c: { value: '3' } };
  assert.equal(sent(propagation.createBaggage(long)), `a=${'x'.repeat(5000)},c=3`);
});
