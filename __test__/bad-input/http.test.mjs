/** Bad options of the tracing of HTTP are one clear warning; requests are answered and traced. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runProgram } from '../parts/program.mjs';

const PROGRAM = new URL('./programs/http.mjs', import.meta.url);
const ALL = ['/a', '/x'];

for (const [where, what, code, paths] of [
  ['tracingMiddleware', 'null', 'OBS_HTTP_OPTIONS_INVALID', ALL],
  ['tracingMiddleware', 'a number', 'OBS_HTTP_OPTIONS_INVALID', ALL],
  ['tracingMiddleware', 'a function', 'OBS_HTTP_OPTIONS_INVALID', ALL],
  ['tracingMiddleware', 'a bigint as the header', 'OBS_HTTP_HEADER_INVALID', ALL],
  ['tracingMiddleware', 'a symbol as the header', 'OBS_HTTP_HEADER_INVALID', ALL],
  ['tracingMiddleware', 'nothing as the header', 'OBS_HTTP_HEADER_INVALID', ALL],
  ['tracingMiddleware', 'an object without a prototype as the header', 'OBS_HTTP_HEADER_INVALID', ALL],
  ['tracingMiddleware', 'health checks with a hole', 'OBS_HTTP_RULE_INVALID', ['/x']],
  ['tracingMiddleware', 'health checks that are none', 'OBS_HTTP_RULE_INVALID', ['/x']],
  ['initTracing', 'health checks with a hole', 'OBS_HTTP_RULE_INVALID', ['/x']],
  ['initTracing', 'health checks that are none', 'OBS_HTTP_RULE_INVALID', ['/x']],
]) {
  test(`${where} with ${what}`, async () => {
    const { stderr, answer } = await runProgram(PROGRAM, { what, where });
    assert.deepEqual(stderr.match(/\[OBS_\w+\]/g), [`[${code}]`], stderr);
    assert.deepEqual(answer, { answers: Array(2).fill('HTTP/1.1 200 OK'), paths });
  });
}
