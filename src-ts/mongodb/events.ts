/** Commands as the driver tells them, where its connections can't be found. */
import type { Span } from '@opentelemetry/api';
import { type Fields, fieldsOf, stringOf } from '../messaging/fields';
import type { Commands } from './commands';
import { Server } from './server';

/** Servers and requests are kept up to this many. Connections through a Unix socket have an address each. */
const MAX_KEPT = 16_384;

/** The events of one client. */
export class CommandEvents {
  private readonly servers = new Map<string, Server>();
  /** Spans of commands under way, by the id of the request. */
  private readonly requests = new Map<unknown, Span>();

  constructor(private readonly commands: Commands) {}

  started(event: Fields): void {
    const command = fieldsOf(event['command']);
    const span = command && this.commands.start(this.serverAt(stringOf(event['address']) ?? ''), event['databaseName'], command);
    if (span === undefined) return;
    if (this.requests.size >= MAX_KEPT) this.requests.clear();
    this.requests.set(event['requestId'], span);
  }

  succeeded({ requestId, reply }: Fields): void {
    const span = this.take(requestId);
    if (span !== undefined) this.commands.succeed(span, reply);
  }

  failed({ requestId, failure }: Fields): void {
    const span = this.take(requestId);
    if (span !== undefined) this.commands.fail(span, failure);
  }

  private take(request: unknown): Span | undefined {
    const span = this.requests.get(request);
    if (span !== undefined) this.requests.delete(request);
    return span;
  }

  private serverAt(address: string): Server {
    let server = this.servers.get(address);
    if (server === undefined) {
      server = Server.at(address);
      if (this.servers.size >= MAX_KEPT) this.servers.clear();
      this.servers.set(address, server);
    }
    return server;
  }
}
