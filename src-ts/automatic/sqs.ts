/** `@aws-sdk/client-sqs`. */
import { instrumentSqs, isTracedClient, type SqsClient } from '../messaging/sqs';
import { type Library, prototypeWith } from './library';

export const sqs: Library = {
  name: 'sqs',
  shortName: 'aws-sdk',
  packageName: '@aws-sdk/client-sqs',
  // What `import` resolves to as well: the ES modules of the package are for bundlers.
  files: ['/client-sqs/dist-cjs/index.js'],
  kinds({ exports }) {
    // `SQS`, with a method for each command, is derived from it.
    const prototype = prototypeWith(exports['SQSClient'], 'send');
    return prototype && [{ prototype, first: 'send', used: [], trace }];
  },
};

function trace(client: object): boolean {
  if (isTracedClient(client as SqsClient)) return false;
  instrumentSqs(client as SqsClient);
  return true;
}
