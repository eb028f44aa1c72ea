/** Bad options are one clear warning with a code; the service goes on, and the ledger adds up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../parts/program.mjs';

const PROGRAM = new URL('./programs/options.mjs', import.meta.url);
const exporters = {
  'an endpoint that is none': { endpoint: 'http://' },
  'another scheme': { endpoint: 'ftp://127.0.0.1:4317' },
  'a port out of range': { endpoint: 'http://127.0.0.1:99999' },
  'a type that is none': { type: 'zipkin', endpoint: 'http://127.0.0.1:1' },
  'a header name that is none': { endpoint: 'http://127.0.0.1:1', headers: { 'bad name': 'x' } },
  'a header value with a line break': { endpoint: 'http://127.0.0.1:1', headers: { name: 'a\r\nb' } },
  'a certificate file that is not there': { endpoint: 'https://127.0.0.1:1', tls: { caFile: '/no/such/file.pem' } },
  'a timeout that is none': { endpoint: 'http://127.0.0.1:1', timeoutMillis: 'soon' },
};
for (const [what, exporter] of Object.entries(exporters)) {
  test(what, async () => {
    const { stderr, answer } = await runProgram(PROGRAM, { exporter });
    const codes = stderr.match(/\[OBS_\w+\]/g) ?? [];
    assert.ok(codes.length >= 1, 'it is said');
    assert.equal(codes.length, new Set(codes).size, `each warning comes once:\n${stderr}`);
    for (const line of stderr.split('\n')) {
      const parts = line.split(/[:;.] /);
      assert.equal(parts.length, new Set(parts).size, `nothing in it is said twice:\n${line}`);
    }
    assert.deepEqual(answer.values, [1, 2, 3]);
    const { started, open, exported, notSampled, filtered, dropped, queued } = answer.stats;
    const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);
    assert.equal(started, open + exported + notSampled + filtered + sum(dropped) + sum(queued));
    assert.equal(exported, 0);
  });
}
