import { type Message, messagesOf, type SayOp } from "../../../rooms/chat/rules/chat.ts";
import type { ChatDocument, Speaker } from "./words.ts";

/** How far one's own message has come. */
export type Delivery =
  | { readonly t: "sending" }
  | { readonly t: "sent" }
  /** It will not be taken as it is; `why` is for its author. */
  | { readonly t: "refused"; readonly why: string };

/** A message of this page. */
interface Own {
  readonly message: Message;
  readonly delivery: Delivery;
}

/** What outgoing messages need. */
export interface OutgoingParts {
  readonly document: ChatDocument;
  readonly me: () => Speaker;
  readonly newId: () => string;
  readonly nowMs: () => number;
  readonly onChange: () => void;
}

/** Finished messages of which it is remembered that they were said here. */
const MAX_REMEMBERED = 500;

/** One's own messages, from "sending" to "sent". */
export class Outgoing {
  readonly #parts: OutgoingParts;
  readonly #own = new Map<string, Own>();
  readonly #stop: () => void;

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
    this.#stop = parts.document.onRefused(({ ops, detail }) => this.#onRefused(ops, detail));
    this.#adoptKept();
  }

  /**
   * Says a message.
   *
   * @throws OutboxFull, DocumentClosed
   */
  say(text: string): void {
    const { me, newId, nowMs } = this.#parts;
    const { userId, name } = me();
    this.#push({ id: newId(), said: text, name, by: userId, at: nowMs(), n: Number.POSITIVE_INFINITY });
  }

  /** Says a message again that was refused; it stays the same message. */
  retry(id: string): void {
    const own = this.#own.get(id);
    if (own?.delivery.t === "refused") this.#push({ ...own.message, at: this.#parts.nowMs() });
  }

  /** Gives up a message that was refused. */
  drop(id: string): void {
    if (this.#own.get(id)?.delivery.t !== "refused") return;
    this.#own.delete(id);
    this.#parts.onChange();
  }

  /** How far a message has come; undefined where it was not said on this page. */
  deliveryOf(id: string): Delivery | undefined {
    return this.#own.get(id)?.delivery;
  }

  /** Messages that are not among `shown`: refused, or not to be seen before the server has taken them. */
  missingIn(shown: ReadonlySet<string>): readonly Message[] {
    const missing = [...this.#own.values()].filter(({ message, delivery }) => {
      return delivery.t !== "sent" && !shown.has(message.id);
    });
    return missing.map(({ message }) => message);
  }

  /** Forgets everything and hears no more. */
  close(): void {
    this.#stop();
    this.#own.clear();
  }

  #push(message: Message): void {
    const { id, said, name } = message;
    const push = this.#parts.document.push([{ t: "say", id, text: said, name }]);
    this.#note(message, { t: "sending" });
    push.then(
      () => this.#note(message, { t: "sent" }),
      () => {}, // a refusal is told by the document; what was closed stays in its outbox
    );
  }

  #onRefused(ops: readonly { readonly t: string }[], detail: string): void {
    const { nowMs, me } = this.#parts;
    for (const { id, text, name } of ops.filter(isSay)) {
      const unknown = { id, said: text, name, by: me().userId, at: nowMs(), n: Number.POSITIVE_INFINITY };
      this.#note(this.#own.get(id)?.message ?? unknown, { t: "refused", why: detail });
    }
  }

  /** Before the document has come, all that is to be seen is what an earlier page has left in the outbox. */
  #adoptKept(): void {
    const { document } = this.#parts;
    if (document.isLive || !document.hasUnsaved) return;
    const kept = messagesOf(document);
    for (const message of kept) this.#own.set(message.id, { message, delivery: { t: "sending" } });
    const noteSent = (): void => {
      for (const message of kept) {
        if (this.#own.get(message.id)?.delivery.t === "sending") this.#note(message, { t: "sent" });
      }
    };
    document.flushed().then(noteSent, () => {}); // a closed document keeps them for the next page
  }

  #note(message: Message, delivery: Delivery): void {
    this.#own.delete(message.id);
    this.#own.set(message.id, { message, delivery });
    for (const [id, own] of this.#own) {
      if (this.#own.size <= MAX_REMEMBERED) break;
      if (own.delivery.t === "sent") this.#own.delete(id);
    }
    this.#parts.onChange();
  }
}

/** A board's refused pushes are of other things mostly. */
function isSay(op: { readonly t: string }): op is SayOp {
  return op.t === "say";
}
