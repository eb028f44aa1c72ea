/** The broker at the other end of a channel's connection. */
import { fieldsOf } from './fields';

/** Read once: a channel has one connection, and a connection one peer. */
export class Peer {
  /** What the client connected to; undefined where that cannot be told. */
  readonly serverAddress: string | undefined;
  /** The broker's address and port. */
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** The largest frame that the connection takes, in bytes. */
  readonly frameMax: number;

  constructor(channel: object) {
    const connection = fieldsOf(fieldsOf(channel)?.['connection']);
    const { frameMax } = connection ?? {};
    this.frameMax = typeof frameMax === 'number' && frameMax > 0 ? frameMax : Number.POSITIVE_INFINITY;
    const { remoteAddress, remotePort, servername } = fieldsOf(connection?.['stream']) ?? {};
    const isKnown = typeof remoteAddress === 'string' && typeof remotePort === 'number';
    this.address = isKnown ? remoteAddress : undefined;
    this.port = isKnown ? remotePort : undefined;
    // The name that the client connected to is only known for TLS.
    this.serverAddress = isKnown && typeof servername === 'string' && servername !== '' ? servername : this.address;
  }
}
