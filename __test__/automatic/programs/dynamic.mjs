/** The same, with modules that are imported when they are needed. */
import { programInput } from '../../parts/program.mjs';
import { work } from './work.mjs';

const modules = { amqplib: await import('amqplib'), callbacks: await import('amqplib/callback_api'), sqs: await import('@aws-sdk/client-sqs') };
await work(modules, programInput());
