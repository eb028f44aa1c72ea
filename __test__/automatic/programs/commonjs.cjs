/** The same in CommonJS. */
const sqs = require('@aws-sdk/client-sqs');
const amqplib = require('amqplib');
const callbacks = require('amqplib/callback_api');

import('./work.mjs').then(({ work }) => work({ amqplib, callbacks, sqs }, JSON.parse(process.argv[2])));
