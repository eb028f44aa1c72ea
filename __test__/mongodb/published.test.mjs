/** OpenTelemetry's published instrumentation of MongoDB on our provider, unmodified; ours steps aside for it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mongoMissing, startMongo } from '../parts/mongo.mjs';
import { runProgram } from '../parts/program.mjs';

describe("OpenTelemetry's MongoDB instrumentation", { skip: mongoMissing }, () => {
  let server;
  before(async () => {
    server = await startMongo();
  });
  after(() => server?.close());

  for (const connected of [false, true]) {
    test(`works on our provider, and each command has one span: ours comes ${connected ? 'after' : 'before'} the connection`, async () => {
      const program = new URL('./programs/published.mjs', import.meta.url);
      const name = `things-${connected}`;
      const { spans, warnings } = (await runProgram(program, { url: server.url, connected, name })).answer;
      const request = spans.find((span) => span.name === 'request');
      const commands = spans.filter(({ scope }) => scope === '@opentelemetry/instrumentation-mongodb');
      assert.deepEqual(
        commands.map((span) => [span.name, span.kind, span.parent]),
        ['insert', 'find', 'getMore'].map((operation) => [`${operation} ${name}`, 2, request.id]),
      );
      assert.equal(spans.length, 4);
      assert.deepEqual(warnings, ['OBS_MONGO_TRACED_ALREADY']);
    });
  }
});
