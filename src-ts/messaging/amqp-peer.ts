/** The broker at the other end of a channel's connection. */
import type { AttributeList } from '../trace/starter';
import { fieldsOf } from './fields';
import { PEER_ADDRESS, PEER_PORT, SERVER_ADDRESS, SERVER_PORT } from './semantics';

/** Read once: a channel has one connection, and a connection one peer. */
export class Peer {
  /** Its attributes. */
  readonly attributes: AttributeList = [];
  /** The largest frame that the connection takes, in bytes. */
  readonly frameMax: number;

  constructor(channel: object) {
    const connection = fieldsOf(fieldsOf(channel)?.['connection']);
    const { frameMax } = connection ?? {};
    this.frameMax = typeof frameMax === 'number' && frameMax > 0 ? frameMax : Number.POSITIVE_INFINITY;
    const stream = fieldsOf(connection?.['stream']);
    const address = stream?.['remoteAddress'];
    const port = stream?.['remotePort'];
    if (typeof address !== 'string' || typeof port !== 'number') return;
    // The name that the client connected to is only known for TLS.
    const name = stream?.['servername'];
    this.attributes = [
      SERVER_ADDRESS,
      typeof name === 'string' && name !== '' ? name : address,
      SERVER_PORT,
      port,
      PEER_ADDRESS,
      address,
      PEER_PORT,
      port,
    ];
  }
}
