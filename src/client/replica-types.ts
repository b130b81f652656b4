import type { OpDocument } from "../document/document.ts";
import type {
  OP_MESSAGES,
  OpAck,
  OpBatch,
  OpHello,
  OpNack,
  OpPush,
  OpReset,
  OpSnap,
  OpWelcome,
} from "../protocol/protocol.ts";
import type { OutboxChange, StoredOutbox } from "./outbox.ts";
import type { PendingLimits, PushAck } from "./pending.ts";

/** Bounds of a replica. */
export interface ReplicaLimits extends PendingLimits {
  /** Most pushes that are on their way at a time. */
  readonly maxInFlight: number;
  /** Most pushes that can be undone. */
  readonly maxUndo: number;
}

/** Bounds that do where nothing else is said. */
export const REPLICA_LIMITS: ReplicaLimits = {
  maxPending: 10_000,
  maxPendingBytes: 8 * 1024 * 1024,
  maxPushBytes: 80 * 1024, // a third of what a server takes by default: text may be three times as long in bytes
  maxOps: 256,
  maxInFlight: 64,
  maxUndo: 200,
};

/** What a replica is made of. */
export interface ReplicaParts<Op extends object, R extends object> {
  readonly document: OpDocument<Op, R>;
  /** As it was kept, or {@link emptyOutbox}. */
  readonly outbox: StoredOutbox<Op>;
  /** Whose records the view shows as its author's before the server says it; asked whenever it shows something. @default nobody's */
  readonly userId?: (() => string | undefined) | undefined;
  readonly limits?: Partial<ReplicaLimits> | undefined;
}

/** A message of the server's, by its type. */
export type FromServer<Op, R> =
  | { readonly type: typeof OP_MESSAGES.WELCOME; readonly message: OpWelcome }
  | { readonly type: typeof OP_MESSAGES.SNAP; readonly message: OpSnap<R> }
  | { readonly type: typeof OP_MESSAGES.BATCH; readonly message: OpBatch<Op> }
  | { readonly type: typeof OP_MESSAGES.ACK; readonly message: OpAck<Op> }
  | { readonly type: typeof OP_MESSAGES.NACK; readonly message: OpNack }
  | { readonly type: typeof OP_MESSAGES.RESET; readonly message: OpReset };

/** Why a push will never be safe: the server's word, or the app's wish after it was asked. */
export interface PushRefusal {
  readonly code: OpNack["code"] | "EXPIRED";
  readonly detail: string;
}

/**
 * Why another client id is needed. "expired": the server has forgotten this one, so that it cannot tell what of it was
 * taken. "taken": it belongs to somebody else.
 */
export type IdentityProblem = "expired" | "taken";

/** What a replica asks of whoever drives it, in order. */
export type ReplicaOutput<Op> =
  /** To be sent, or forgotten where the connection is gone. */
  | { readonly kind: "hello"; readonly message: OpHello }
  | { readonly kind: "push"; readonly serial: number; readonly message: OpPush<Op> }
  /** To be kept; `stored` follows. */
  | { readonly kind: "store"; readonly change: OutboxChange<Op> }
  /** `retry` is to follow after so long. */
  | { readonly kind: "wait"; readonly delayMs: number }
  /** `renew` is to follow. */
  | { readonly kind: "identity"; readonly problem: IdentityProblem }
  | { readonly kind: "settled"; readonly serial: number; readonly ack: PushAck }
  | {
      readonly kind: "refused";
      readonly serial: number;
      readonly ops: readonly Op[];
      readonly refusal: PushRefusal;
    };
