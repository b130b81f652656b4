import type { PushAck } from "./pending.ts";
import type { PushRefusal } from "./replica-types.ts";

/**
 * How far a push has come. "local": made, and shown. "sent": on its way. "durable": safe on the server's disk, in the order of
 * all pushes. "refused": it never will be.
 */
export type PushState = "local" | "sent" | "durable" | "refused";

/** How a push ended well: its place in the log, and what became of it. */
export type PushResult = PushAck;

/** A push that will never be taken. */
export class PushRefused extends Error {
  override readonly name = "PushRefused";
  readonly code: PushRefusal["code"];

  constructor({ code, detail }: PushRefusal) {
    super(detail);
    this.code = code;
  }
}

/** The document was closed before it was known what became of a push. It is still in the outbox, if that is kept. */
export class DocumentClosed extends Error {
  override readonly name = "DocumentClosed";
}

/** The document ended by itself: the room to which it was pushed has none. */
export class NoDocument extends DocumentClosed {}

/**
 * A push of this client: the promise that it is durable, which fails with {@link PushRefused} or {@link DocumentClosed}. Whoever
 * does not look at it has nothing to catch.
 */
export interface Push extends Promise<PushResult> {
  readonly state: PushState;
  /** Resolves when it is on its way for the first time, and fails as the push itself does where it never is. */
  readonly sent: Promise<void>;
}

/** The other end of a {@link Push}. */
export interface PushControl {
  readonly push: Push;
  sent(): void;
  settled(result: PushResult): void;
  failed(error: PushRefused | DocumentClosed): void;
}

/** Makes a push that is local. */
export function newPush(): PushControl {
  const durable = Promise.withResolvers<PushResult>();
  const sent = Promise.withResolvers<void>();
  for (const { promise } of [durable, sent]) Promise.resolve(promise as Promise<unknown>).catch(() => {}); // may be ignored
  let state: PushState = "local";
  const push = Object.defineProperties(durable.promise, {
    state: { get: () => state },
    sent: { value: sent.promise },
  }) as Push; // it has the two properties now
  return {
    push,
    sent: () => {
      state = "sent";
      sent.resolve();
    },
    settled: (result) => {
      state = "durable";
      sent.resolve();
      durable.resolve(result);
    },
    failed: (error) => {
      if (error instanceof PushRefused) state = "refused";
      sent.reject(error);
      durable.reject(error);
    },
  };
}
