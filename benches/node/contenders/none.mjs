// The same program without tracing: what the harness costs, to be taken off the others.
import { requirePeer } from '../lib/peers.mjs';
import { bareRequest } from '../lib/workload.mjs';

export const title = 'no tracing';
export const exportsSpans = false;

export async function start() {
  return {
    flush: async () => {},
    amqp: () => ({ amqplib: requirePeer('amqplib'), instrument: (channel) => channel }),
    mongodb: () => ({ mongodb: requirePeer('mongodb'), instrument: (client) => client }),
  };
}

export const request = () => bareRequest;
export const activeRequest = () => bareRequest;
