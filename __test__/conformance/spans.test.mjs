/** What our provider records is what OpenTelemetry's records, field by field, for the same calls. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparable, runOnBoth } from './both.mjs';
import { scripts } from './scripts.mjs';

for (const [what, script, { times = false, limits } = {}] of scripts) {
  test(what, () => {
    const { ours, theirs } = runOnBoth(script, { limits });
    const shape = (spans) => {
      const all = comparable(spans, { times: times !== false });
      // Where only the events' times were given, the span's own differ between two runs.
      return times === 'events' ? all.map(({ times: _own, ...rest }) => rest) : all;
    };
    assert.deepEqual(shape(ours), shape(theirs));
  });
}

for (const scope of [['name'], ['name', '1.2.3'], ['name', undefined, { schemaUrl: 'https://example.com/1' }], ['', '1'], ['name', '']]) {
  test(`the instrumentation scope ${JSON.stringify(scope)}`, () => {
    const { ours, theirs } = runOnBoth((tracer) => tracer.startSpan('span').end(), { scope });
    const [name, version, schemaUrl] = comparable(theirs)[0].scope;
    assert.deepEqual(comparable(ours)[0].scope, [name, version || undefined, schemaUrl || undefined]);
  });
}
