/** Modules that stand where a library's classes are expected, and are not what is known: frozen, or of another kind. */
const { join } = require('node:path');
const { createTestTracing } = require('@manifest-cyber/observability-ts');

const { order, folder } = JSON.parse(process.argv[2]);
const warnings = [];
process.on('warning', ({ code, message }) => warnings.push({ code, message }));

const load = () => {
  const known = ['amqplib/lib/channel_model.js', '@aws-sdk/client-sqs/dist-cjs/index.js', 'other/lib/channel_model.js'];
  return known.map((file) => require(join(folder, 'node_modules', file)));
};
let loaded = order === 'before' ? load() : undefined;
const tracing = createTestTracing();
loaded ??= load();
// What could not be patched works as it did.
const results = [new loaded[0].Channel().open(), new loaded[1].SQSClient().send('x')];
let thrown;
try {
  require(join(folder, 'node_modules/throwing/lib/channel_model.js'));
} catch (error) {
  thrown = error.message;
}
setImmediate(() => {
  console.log(JSON.stringify({ warnings, results, thrown }));
  tracing.shutdown();
});
