/** What a request leaves behind in memory. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('programs/outlives.mjs', import.meta.url));

for (const handled of ['built-in', 'kept', 'middleware', 'error']) {
  test(`what outlives a request does not keep the request and the response in memory: ${handled}`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', PROGRAM, handled]);
    const { alive, made } = JSON.parse(stdout);
    assert.equal(made, 40);
    assert.ok(alive <= 4, `${alive} of ${made} are still there`);
  });
}
