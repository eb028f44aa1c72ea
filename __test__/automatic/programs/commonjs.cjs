/** The same in CommonJS. */
const sqs = require('@aws-sdk/client-sqs');
const amqplib = require('amqplib');
const callbacks = require('amqplib/callback_api');
const mongodb = require('mongodb');
const mongodb7 = require('mongodb7');

import('./work.mjs').then(({ work }) => work({ amqplib, callbacks, sqs, mongodb, mongodb7 }, JSON.parse(process.argv[2])));
