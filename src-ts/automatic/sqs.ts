/** `@aws-sdk/client-sqs`. */
import { instrumentSqs, isTracedClient, type SqsClient } from '../messaging/sqs';
import { type Library, prototypeWith } from './library';

export const sqs: Library = {
  name: 'sqs',
  shortName: 'aws-sdk',
  packageName: '@aws-sdk/client-sqs',
  // What `import` resolves to as well: the ES modules of the package are for bundlers.
  files: ['/client-sqs/dist-cjs/index.js'],
  kinds(exports) {
    // `SQS`, with a method for each command, is derived from it.
    const client = prototypeWith(exports['SQSClient'], 'send');
    return client && [{ prototype: client, first: 'send', used: [] }];
  },
  trace(client) {
    if (isTracedClient(client as SqsClient)) return false;
    instrumentSqs(client as SqsClient);
    return true;
  },
  isBusy: () => false,
};
