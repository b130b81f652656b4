/** Who a client is to the server: an id, and a secret that keeps others from speaking in its name. */
export interface ClientIdentity {
  /** 32 hexadecimal digits. */
  readonly clientId: string;
  /** 32 hexadecimal digits. */
  readonly key: string;
}

/** What an outbox holds beside its pushes. */
export interface OutboxHeader extends ClientIdentity {
  /** Of the history in which its numbers count; undefined before the first welcome. */
  readonly epoch: number | undefined;
  /** Number of the first push in it, or of the next one to be made where it is empty. */
  readonly firstN: number;
}

/** A push as it is kept. */
export interface StoredPush<Op = unknown> {
  /** Order in this outbox. */
  readonly serial: number;
  readonly ops: readonly Op[];
  /** When it was made, in ms since 1970. */
  readonly ts: number;
}

/** An outbox as it is kept: its pushes in the order of their serials. */
export interface StoredOutbox<Op = unknown> {
  readonly header: OutboxHeader;
  readonly pushes: readonly StoredPush<Op>[];
}

/** A change of an outbox, to be kept whole or not at all, after all with a lower ticket. */
export interface OutboxChange<Op = unknown> {
  readonly ticket: number;
  readonly header: OutboxHeader;
  readonly put: readonly StoredPush<Op>[];
  /** Serials. */
  readonly remove: readonly number[];
}

/** An outbox that was never used. */
export function emptyOutbox(identity: ClientIdentity): StoredOutbox<never> {
  return { header: { ...identity, epoch: undefined, firstN: 1 }, pushes: [] };
}
