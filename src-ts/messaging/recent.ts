/** What is known of the last messages, by their handles. */

/** Keeps at least `count` of the last values, at most twice as many: what is never taken out goes when others come. */
export class Recent<T> {
  private newer = new Map<string, T>();
  private older = new Map<string, T>();

  constructor(private readonly count: number) {}

  keep(handle: unknown, value: T): void {
    if (typeof handle !== 'string') return;
    if (this.newer.size >= this.count) {
      this.older = this.newer;
      this.newer = new Map();
    }
    this.newer.set(handle, value);
  }

  of(handle: unknown): T | undefined {
    return this.newer.get(handle as string) ?? this.older.get(handle as string);
  }

  forget(handle: unknown): void {
    if (!this.newer.delete(handle as string)) this.older.delete(handle as string);
  }
}
