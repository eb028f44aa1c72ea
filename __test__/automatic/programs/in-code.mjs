/** Tracing that is started in code, before or after the libraries are loaded, with or without other hooks of loading. */
import { createTestTracing } from '@manifest-cyber/observability-ts';
import { programInput } from '../../parts/program.mjs';
import { report } from './report.mjs';
import { work } from './work.mjs';

const { order, libraries, ...input } = programInput();
const load = async () => ({
  amqplib: (await import('amqplib')).default,
  callbacks: await import('amqplib/callback_api'),
  sqs: await import('@aws-sdk/client-sqs'),
});
let modules = order === 'loaded before' ? await load() : undefined;
const tracing = createTestTracing({ libraries });
modules ??= await load();
await work(modules, input);
await report(tracing);
