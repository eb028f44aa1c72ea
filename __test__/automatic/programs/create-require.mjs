/** The same, by a `require` that was made in an ES module. */
import { createRequire } from 'node:module';
import { programInput } from '../../parts/program.mjs';
import { work } from './work.mjs';

const require = createRequire(import.meta.url);
await work({ amqplib: require('amqplib'), callbacks: require('amqplib/callback_api'), sqs: require('@aws-sdk/client-sqs') }, programInput());
