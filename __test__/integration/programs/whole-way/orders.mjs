/** What the three services of the whole way share. */
import { instrumentMongo, setSpanAttributes } from '@manifest-cyber/observability-ts';
import { propagation } from '@opentelemetry/api';
import { MongoClient } from 'mongodb';

/** The orders, as a service reaches them. */
export const ordersAt = (url) => instrumentMongo(new MongoClient(url)).db('way').collection('orders');

/** What the caller of the API said in its baggage, wherever on the way that is asked. */
export const tenant = () => propagation.getActiveBaggage()?.getEntry('tenant')?.value;

/** What both jobs do with an order: ask the API for it, and write to the database. */
export async function fulfil({ api, orders, logger }, id, part, attempt) {
  setSpanAttributes({ 'order.id': id });
  logger.info('fulfilling', { tenant: tenant(), attempt });
  const order = await (await fetch(`${api}/orders/${id}`)).json();
  if (order.poison) throw new RangeError(`order ${id} cannot be fulfilled`);
  await orders.updateOne({ _id: id }, { $set: { [part]: true } });
  logger.info('fulfilled');
}
