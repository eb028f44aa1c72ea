/** Headers of the user's own: what is kept of them, and what is told of a message by them. On a real RabbitMQ. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTestTracing, withMessageSpan, withSpan } from '@manifest-cyber/observability-ts';
import { context, propagation } from '@opentelemetry/api';
import { rabbitmqMissing } from '../parts/rabbitmq.mjs';
import { useBroker } from './amqp-support.mjs';
import { idOf } from './paths.mjs';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe("a user's own AMQP headers", { skip: rabbitmqMissing }, () => {
  const used = useBroker();
  const withBaggage = (fn) =>
    context.with(propagation.setBaggage(context.active(), propagation.createBaggage({ tenant: { value: 't1' } })), () => withSpan('request', fn));
  /** One message, as it arrives. */
  const arrived = () =>
    used.consume((message) => {
      used.channel.ack(message);
      return message;
    });

  test('other things of the names of ours are kept', async () => {
    withBaggage(() => used.channel.sendToQueue(used.queue, Buffer.from('x'), { headers: { baggage: '2 suitcases', tracestate: 'NY' } }));
    const { headers } = (await arrived()).properties;
    assert.deepEqual([headers.baggage, headers.tracestate], ['2 suitcases', 'NY']);
    assert.match(headers.traceparent, /^00-/);
  });

  test('of a message that is sent on they are those of the message that came', async () => {
    used.channel.sendToQueue(used.queue, Buffer.from('x'), { headers: { own: 1 } });
    const seen = [];
    await used.consume((message) => {
      seen.push(message);
      used.channel.ack(message);
      if (seen.length > 1) return true;
      // Frozen, as some libraries give them.
      withBaggage(() =>
        used.channel.sendToQueue(used.queue, message.content, { headers: Object.freeze({ baggage: 'old=1', ...message.properties.headers }) }),
      );
      return undefined;
    });
    const [, again] = await used.spansNamed(`publish ${used.queue}`, 2);
    const { headers } = seen[1].properties;
    assert.deepEqual([headers.own, headers.baggage, headers.traceparent.split('-')[2]], [1, 'tenant=t1', idOf(again)]);
  });

  const FORMATS = {
    tracecontext: { traceparent: `00-${TRACE}-${SPAN}-01` },
    b3: { b3: `${TRACE}-${SPAN}-1` },
    b3multi: { 'X-B3-TraceId': TRACE, 'X-B3-SpanId': SPAN, 'X-B3-Sampled': '1' },
    xray: { 'X-Amzn-Trace-Id': `Root=1-${TRACE.slice(0, 8)}-${TRACE.slice(8)};Parent=${SPAN};Sampled=1` },
    datadog: { 'x-datadog-trace-id': '11803532876627986230', 'x-datadog-parent-id': '67667974448284343' },
  };
  for (const [format, headers] of Object.entries(FORMATS)) {
    test(`a context of the user's own stays as it is: ${format}`, async () => {
      await used.tracing.shutdown();
      used.tracing = createTestTracing({ libraries: false, propagators: [format] });
      used.channel.sendToQueue(used.queue, Buffer.from('x'), { headers });
      const { properties } = await arrived();
      assert.deepEqual(properties.headers, headers);
      const [publish] = used.named(`publish ${used.queue}`);
      assert.equal(publish.links[0].context.spanId, SPAN);
    });
  }

  test('nothing is added once tracing has ended', async () => {
    await used.tracing.shutdown();
    used.channel.sendToQueue(used.queue, Buffer.from('x'), { headers: { own: 1 }, timestamp: 7 });
    used.channel.sendToQueue(used.queue, Buffer.from('y'));
    const seen = [];
    await used.consume((message) => {
      seen.push(message.properties);
      used.channel.ack(message);
      return seen.length === 2 ? true : undefined;
    });
    assert.deepEqual([seen[0].headers, seen[0].timestamp], [{ own: 1 }, 7]);
    assert.deepEqual([seen[1].headers, seen[1].timestamp], [{}, undefined]);
  });

  test('recover: what was not settled is put back, and its spans end', async () => {
    for (let i = 0; i < 3; i++) used.channel.sendToQueue(used.queue, Buffer.from(String(i)));
    let count = 0;
    await used.consume((message) => {
      count++;
      if (message.fields.redelivered) used.channel.ack(message);
      else if (count === 3) used.channel.recover();
      return count === 6 ? true : undefined;
    });
    const spans = await used.spansNamed(`consume ${used.queue}`, 6);
    const outcomes = spans.map(({ attributes }) => attributes['messaging.rabbitmq.message.settlement']);
    assert.deepEqual(outcomes.toSorted(), ['ack', 'ack', 'ack', 'requeue', 'requeue', 'requeue']);
  });

  test('withMessageSpan names the destination as the channel does', async () => {
    await used.channel.assertExchange('parcels', 'topic');
    await used.channel.assertExchange('everybody', 'fanout');
    for (const exchange of ['parcels', 'everybody']) await used.channel.bindQueue(used.queue, exchange, '#');
    used.channel.publish('parcels', 'parcel.sent', Buffer.from('x'));
    used.channel.publish('everybody', '', Buffer.from('x'));
    used.channel.sendToQueue(used.queue, Buffer.from('x'));
    let count = 0;
    await used.consume((message) => {
      withMessageSpan(message, {}, () => {});
      used.channel.ack(message);
      return ++count === 3 ? true : undefined;
    });
    const names = used
      .spans()
      .flatMap(({ name, attributes }) => (name.startsWith('process') ? [[name, attributes['messaging.destination.name']]] : []));
    assert.deepEqual(names, [
      ['process parcels:parcel.sent', 'parcels:parcel.sent'],
      ['process everybody', 'everybody'],
      [`process ${used.queue}`, used.queue],
    ]);
  });
});
