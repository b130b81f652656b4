import type { SessionEvent } from "./document-session.ts";
import type { PendingPush } from "./pending.ts";
import { type DocumentClosed, newPush, type Push, type PushControl, PushRefused } from "./push.ts";

/** The promises of one's own pushes, until it is known what became of them. */
export class PushLedger<Op> {
  readonly #pending: () => readonly PendingPush<Op>[];
  readonly #pushes = new Map<number, PushControl>();
  readonly #serials = new WeakMap<Push, number>();
  /** Those who wait until the push with that serial, and all before it, are gone. */
  #waiting: { readonly serial: number; readonly flushed: PromiseWithResolvers<void> }[] = [];

  /** @param pending what is not known to be safe */
  constructor(pending: () => readonly PendingPush<Op>[]) {
    this.#pending = pending;
  }

  /** A push was made. */
  add(serial: number): Push {
    const control = newPush();
    this.#pushes.set(serial, control);
    this.#serials.set(control.push, serial);
    return control.push;
  }

  /** The serial of a push. */
  serialOf(push: Push): number | undefined {
    return this.#serials.get(push);
  }

  /** Resolves when all that is pending now is durable or refused. @throws what `close` is called with */
  flushed(): Promise<void> {
    const flushed = Promise.withResolvers<void>();
    const last = this.#pending().at(-1);
    if (last) this.#waiting.push({ serial: last.serial, flushed });
    else flushed.resolve();
    return flushed.promise;
  }

  /** Something became of a push. */
  tell(event: SessionEvent<Op>): void {
    const control = this.#pushes.get(event.serial);
    if (event.kind === "push") {
      control?.sent();
      return;
    }
    if (event.kind === "settled") control?.settled(event.ack);
    else control?.failed(new PushRefused(event.refusal));
    this.#pushes.delete(event.serial);
    const first = this.#pending()[0]?.serial ?? Number.POSITIVE_INFINITY;
    for (const { serial, flushed } of this.#waiting) if (serial < first) flushed.resolve();
    this.#waiting = this.#waiting.filter(({ serial }) => serial >= first);
  }

  /** Nothing more will be known. */
  close(reason: DocumentClosed): void {
    for (const { failed } of this.#pushes.values()) failed(reason);
    for (const { flushed } of this.#waiting) flushed.reject(reason);
    this.#pushes.clear();
    this.#waiting = [];
  }
}
