/** amqplib, with promises and with callbacks. */
import { type AmqpChannel, instrumentAmqp, isTracedChannel } from '../messaging/amqp';
import { type Kind, type Library, prototypeWith } from './library';

export const amqplib: Library = {
  name: 'amqplib',
  shortName: 'amqplib',
  packageName: 'amqplib',
  files: ['/lib/channel_model.js', '/lib/callback_model.js'],
  kinds({ exports }) {
    const channel = prototypeWith(exports['Channel'], 'open', 'publish', 'consume', 'get', 'dispatchMessage');
    const confirm = prototypeWith(exports['ConfirmChannel'], 'publish', 'waitForConfirms');
    if (channel === undefined || confirm === undefined) return undefined;
    return [
      { prototype: channel, first: 'open', used: ['publish', 'consume', 'get', 'dispatchMessage'], ...channels },
      // Its `publish` calls the plain one, by which time it is too late.
      { prototype: confirm, first: undefined, used: ['publish'], ...channels },
    ];
  },
};

const channels: Pick<Kind, 'trace' | 'isBusy'> = {
  trace(channel) {
    if (isTracedChannel(channel as AmqpChannel)) return false;
    instrumentAmqp(channel as AmqpChannel);
    return true;
  },
  // What handles the messages of its consumers is fixed when they start.
  isBusy: (channel) => ((channel as { consumers?: { size?: number } }).consumers?.size ?? 0) > 0,
};
