import type { Message } from "../../../rooms/chat/rules/chat.ts";
import { readKept, writeKept } from "../board/session/kept.ts";

/** Keeps the number of the last message that was seen, over visits. */
export interface SeenStore {
  load(): number | undefined;
  save(n: number): void;
}

/** Counts what was said and not seen. */
export class Unread {
  readonly #store: SeenStore;
  #seen: number | undefined;

  constructor(store: SeenStore) {
    this.#store = store;
    this.#seen = store.load();
  }

  /**
   * How many of others' messages are new. Whoever comes for the first time has missed none.
   *
   * @param messages all of them: the chat has come
   */
  count(messages: readonly Message[], isOwn: (message: Message) => boolean): number {
    const last = lastOf(messages, isOwn);
    // A chat that is behind what was seen of it was begun anew.
    const seen = this.#seen === undefined || this.#seen > last ? this.#note(last) : this.#seen;
    return messages.filter((message) => message.n > seen && !isOwn(message)).length;
  }

  /** All of them have been seen. */
  seen(messages: readonly Message[], isOwn: (message: Message) => boolean): void {
    const last = lastOf(messages, isOwn);
    if (this.#seen === undefined || last > this.#seen) this.#note(last);
  }

  #note(n: number): number {
    this.#seen = n;
    this.#store.save(n);
    return n;
  }
}

/** Keeps it in the browser, where that keeps anything; otherwise it counts during this visit. */
export function localSeenStore(key: string): SeenStore {
  const name = `arena.chat.${key}`;
  return {
    load: () => {
      const n = Number.parseInt(readKept(name) ?? "", 10);
      return Number.isSafeInteger(n) ? n : undefined;
    },
    save: (n) => writeKept(name, String(n)),
  };
}

/** One's own messages have no certain number until they are safe. */
function lastOf(messages: readonly Message[], isOwn: (message: Message) => boolean): number {
  return messages.findLast((message) => !isOwn(message))?.n ?? -1;
}
