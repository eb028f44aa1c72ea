/** The deliveries of a channel that are not settled yet. */

/** What was delivered under a tag. */
interface Tagged {
  readonly tag: number;
}

const FEWEST_PLACES = 16;
/** A tag further back than this is kept in a map, which costs ten times as much. */
const MOST_PLACES = 4096;

/**
 * By their tags, which the broker counts up on each channel (AMQP 0-9-1, section 1.8.3.9): a place in a ring is found without a search, and most messages
 * are settled long before the ring comes round again.
 */
export class OpenDeliveries<T extends Tagged> {
  private ring: (T | undefined)[] = new Array(FEWEST_PLACES).fill(undefined);
  /** Those whose places were taken by later ones. */
  private readonly overtaken = new Map<number, T>();

  add(delivery: T): void {
    const { tag } = delivery;
    const { ring } = this;
    const place = tag & (ring.length - 1);
    const there = ring[place];
    if (there !== undefined && there.tag !== tag) {
      if (this.grow()) {
        this.add(delivery);
        return;
      }
      this.overtaken.set(there.tag, there);
    }
    ring[place] = delivery;
  }

  /** Takes out the one of a tag. */
  take(tag: number): T | undefined {
    const { ring } = this;
    const place = tag & (ring.length - 1);
    const delivery = ring[place];
    if (delivery !== undefined && delivery.tag === tag) {
      ring[place] = undefined;
      return delivery;
    }
    if (this.overtaken.size === 0) return undefined;
    const overtaken = this.overtaken.get(tag);
    this.overtaken.delete(tag);
    return overtaken;
  }

  /** Takes out all up to a tag, in the order of their tags. */
  takeUpTo(tag: number): T[] {
    const taken: T[] = [];
    for (const delivery of [...this.ring, ...this.overtaken.values()]) if (delivery !== undefined && delivery.tag <= tag) taken.push(delivery);
    for (const delivery of taken) this.take(delivery.tag);
    return taken.sort((a, b) => a.tag - b.tag);
  }

  /** Twice the places; false where there are enough. */
  private grow(): boolean {
    const { ring } = this;
    if (ring.length >= MOST_PLACES) return false;
    this.ring = new Array(ring.length * 2).fill(undefined);
    for (const delivery of ring) if (delivery !== undefined) this.ring[delivery.tag & (this.ring.length - 1)] = delivery;
    return true;
  }
}
