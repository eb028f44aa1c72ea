/**
 * Long strings that come again and again as fresh copies: user agents, statements, URLs. To look one up in a `Map`, V8 has to hash all of it each time; here a
 * few characters tell which of the strings seen before it can only be, and one comparison whether it is.
 */

const SLOTS = 32;
/** Places to look at, at most. */
const MAX_PLACES = 8;

/** The long strings of one attribute, by number. Bounded: a string that comes into another's slot takes it. */
export class LongStrings {
  /** Characters in which strings of equal length differed. */
  private readonly places: number[] = [];
  private readonly texts: string[] = new Array(SLOTS).fill('');
  private readonly numbers: number[] = new Array(SLOTS).fill(-1);

  /** The number of a string that was kept; -1 of any other. */
  find(text: string): number {
    const slot = this.slotOf(text);
    return this.texts[slot] === text ? this.numbers[slot] : -1;
  }

  /** Keeps a string. Where it meets another one of its length, the place in which they differ is looked at from then on. */
  keep(text: string, number: number): void {
    const other = this.texts[this.slotOf(text)];
    if (other.length === text.length && other !== text && this.places.length < MAX_PLACES) {
      let place = 0;
      while (other.charCodeAt(place) === text.charCodeAt(place)) place++;
      this.places.push(place);
      // Every string may have another slot now.
      this.texts.fill('');
    }
    const slot = this.slotOf(text);
    this.texts[slot] = text;
    this.numbers[slot] = number;
  }

  private slotOf(text: string): number {
    const { places } = this;
    let mixed = text.length;
    // Past the end of a shorter string there is NaN, which counts as zero.
    for (let i = 0; i < places.length; i++) mixed = (Math.imul(mixed, 31) + text.charCodeAt(places[i])) | 0;
    return mixed & (SLOTS - 1);
  }
}
