/** A service in ESM that is told nothing of tracing. */
import * as sqs from '@aws-sdk/client-sqs';
import amqplib from 'amqplib';
import * as callbacks from 'amqplib/callback_api';
import * as mongodb from 'mongodb';
import * as mongodb7 from 'mongodb7';
import { programInput } from '../../parts/program.mjs';
import { work } from './work.mjs';

await work({ amqplib, callbacks, sqs, mongodb, mongodb7 }, programInput());
