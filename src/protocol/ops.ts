/**
 * The messages of the op lane, by which documents are changed and followed. They are ordinary messages of a room, so that
 * any SDK can speak them; docs/PROTOCOL.md describes their order. `Op` is the room's own.
 */

/** Types of the op lane's messages. */
export const OP_MESSAGES = {
  HELLO: "op:hello",
  WELCOME: "op:welcome",
  SNAP: "op:snap",
  PUSH: "op:push",
  ACK: "op:ack",
  NACK: "op:nack",
  BATCH: "op:batch",
  RESET: "op:reset",
  HISTORY: "op:history",
  PAST: "op:past",
  EPHEMERAL: "eph",
  EPHEMERAL_RATE: "eph:rate",
} as const;

/** Up, first: who asks, and how far it has come. Again whenever it wants to be led on from there. */
export interface OpHello {
  /** The client's own id, one a tab, kept with its outbox; 1 to 64 of A-Z a-z 0-9 . : _ - */
  readonly clientId: string;
  /** A secret of the client, 16 to 64 characters. Once shown, the id is given only to who shows it again. */
  readonly key?: string | undefined;
  /** Of the last welcome; without it the client knows nothing yet. */
  readonly epoch?: number | undefined;
  /** The last entry that it has. */
  readonly lastSeq?: number | undefined;
}

/** Down: how the client will be led to the present. */
export interface OpWelcome {
  readonly epoch: number;
  /** By the entries that it missed, or by the whole document and the entries after it. */
  readonly mode: "delta" | "snapshot";
  /** The last entry there is: who has it has all that was safe by now. */
  readonly seq: number;
  /**
   * The last push of this client that is safe; 0 where there is none. Its next is one more. Less than what was acknowledged
   * in this epoch: the server has forgotten this client, which was away for too long; take a new id.
   */
  readonly yourLast: number;
  /** How often ephemeral values are passed on now, per second. */
  readonly ephHz: number;
  /** What a push may be; more is refused. Older servers do not say. */
  readonly limits?: PushLimits | undefined;
}

/** Bounds of a push. */
export interface PushLimits {
  /** Of its whole frame. */
  readonly maxPushBytes: number;
  readonly maxOps: number;
}

/** Down: a part of the document. Parts come in order; after part `of - 1` the document is whole. */
export interface OpSnap<R = unknown> {
  /** The entry as of which the document is sent; those after it follow. */
  readonly seq: number;
  /** From 0. */
  readonly part: number;
  readonly of: number;
  /** Records with their ids. */
  readonly data: readonly (readonly [id: string, record: R])[];
}

/** Up: ops that are taken together or not at all. */
export interface OpPush<Op = unknown> {
  /** From 1, one more with each push of this client, across connections. */
  readonly n: number;
  readonly ops: readonly Op[];
  /** The last entry that the client had when it made the ops. For metrics; nothing depends on it. */
  readonly base?: number | undefined;
}

/** What became of a push: taken as it was, taken with changes, or too late to matter. */
export type OpOutcome = "commit" | "adjusted" | "discard";

/** Down: a push is safe; also the answer to one that was safe already, of which the outcome may be forgotten. */
export interface OpAck<Op = unknown> {
  readonly n: number;
  /** Its entry; where the outcome is unknown, that or a later one. */
  readonly seq: number;
  readonly outcome: OpOutcome | "unknown";
  /** What it came to, where that is not what was asked. */
  readonly effects?: readonly Op[] | undefined;
}

/**
 * Why a push was not taken. HELLO: none came before, or another connection speaks for this client id now. GAP: another number
 * is due. UNAVAILABLE: it cannot be kept now. FULL: the document is as large as it may be, only what does not make it larger is
 * taken.
 */
export type NackCode =
  | "HELLO"
  | "GAP"
  | "FORBIDDEN"
  | "INVALID"
  | "TOO_LARGE"
  | "RATE_LIMITED"
  | "READONLY"
  | "UNAVAILABLE"
  | "FULL";

/** Down: a push changed nothing and its number is still free. */
export interface OpNack {
  /** Of the push; 0 where a hello is meant. */
  readonly n: number;
  readonly code: NackCode;
  /** For the person who reads it. */
  readonly detail?: string | undefined;
  /** The same push may be taken after so long. Without it, it never will be, GAP and HELLO aside. */
  readonly retryAfterMs?: number | undefined;
  /** GAP: the number that is due. */
  readonly expected?: number | undefined;
}

/** One push as it stands in the log. */
export interface OpEntry<Op = unknown> {
  readonly seq: number;
  readonly clientId: string;
  readonly n: number;
  readonly userId: string;
  /** In ms since 1970. */
  readonly ts: number;
  readonly effects: readonly Op[];
}

/** Down: entries that are safe, in order and without a hole. */
export interface OpBatch<Op = unknown> {
  readonly from: number;
  readonly to: number;
  readonly entries: readonly OpEntry<Op>[];
}

/** Why the client has to say hello again: its history is not the server's, it was from the future, or the log was opened anew. */
export type ResetReason = "EPOCH" | "FUTURE" | "REOPENED";

/** Down: what the client knows of the history may be wrong; a welcome follows, or it says hello again (REOPENED). */
export interface OpReset {
  readonly reason: ResetReason;
  readonly epoch: number;
}

/** Up: what the document was. One at a time: the next when the last is answered. */
export interface OpHistory {
  /** The stretch that ends before this entry; without it the newest. */
  readonly before?: number | undefined;
}

/**
 * Down: a part of a stretch of the past, which is a document as of `base` and the entries after it up to `to`. First come the parts
 * with records, none where `base` is 0, then those with entries, then one with `end`. Entries may lie outside of the stretch; those are
 * to be left out.
 */
export interface OpPast<Op = unknown, R = unknown> {
  readonly epoch: number;
  readonly base: number;
  readonly to: number;
  /** Whether there is more before `base`. */
  readonly hasOlder: boolean;
  /** From 0. */
  readonly part: number;
  /** Records with their ids, as of `base`. */
  readonly records?: OpSnap<R>["data"] | undefined;
  readonly batches?: readonly OpBatch<Op>[] | undefined;
  /** This is the last part. */
  readonly end?: true | undefined;
  /** With `end`: the server cannot read this stretch any more, now or later. What is older, it may. */
  readonly isDamaged?: true | undefined;
}

/** Down: the answer to an op:history that is not taken, or breaks off. */
export interface OpPastRefused {
  readonly code: NackCode;
  readonly detail: string;
  /** Asking again may help after so long. */
  readonly retryAfterMs?: number | undefined;
}

/** Both ways: a value that is worth nothing once there is a newer one of the same sender and key. May be lost. */
export interface Ephemeral {
  /** 1 to 64 characters. */
  readonly k: string;
  /** null ends it. */
  readonly v: unknown;
  /** Down only: session of the sender. */
  readonly from?: string | undefined;
}
