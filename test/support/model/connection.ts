import type { BoardOp, BoardRecord } from "../../../rooms/whiteboard/rules/board.ts";
import type { FromServer } from "../../../src/client/replica-types.ts";
import type { EphemeralClient } from "../../../src/op-lane/ephemeral-lane.ts";
import type { LaneClient } from "../../../src/op-lane/follower.ts";
import { decode } from "../../../src/op-log/msgpack.ts";
import { OP_MESSAGES, type OpHello, type OpPush } from "../../../src/protocol/protocol.ts";

/** A message on its way to the server. A push says which edit it carries, which only the checks look at. */
export type Upward =
  | { readonly kind: "hello"; readonly message: OpHello }
  | { readonly kind: "push"; readonly message: OpPush<BoardOp>; readonly edit: number };

/** A message on its way to a client. */
export type Downward = OfDocument | { readonly type: typeof OP_MESSAGES.EPHEMERAL | typeof OP_MESSAGES.EPHEMERAL_RATE };

type OfDocument = FromServer<BoardOp, BoardRecord>;

/** Whether a message is one of those that must not be lost. */
export function isOfDocument(downward: Downward): downward is OfDocument {
  return downward.type !== OP_MESSAGES.EPHEMERAL && downward.type !== OP_MESSAGES.EPHEMERAL_RATE;
}

const FULL_BYTES = 1024 * 1024;
const HEAD_BYTES = 2;
const SHORT_STRING = 0x1f;

/** A connection: two queues whose messages come through in order, or are lost with it. */
export class ModelConnection implements LaneClient, EphemeralClient {
  readonly sessionId: string;
  readonly user = undefined;
  readonly up: Upward[] = [];
  readonly down: Downward[] = [];
  /** So many frames are taken now; beyond it the client counts as slow. */
  credit = Number.POSITIVE_INFINITY;
  isOpen = true;

  constructor(sessionId: string) {
    this.sessionId = sessionId;
  }

  get waitingBytes(): number {
    return this.credit > 0 ? 0 : FULL_BYTES;
  }

  raw(frame: Uint8Array): void {
    this.credit--;
    if (this.isOpen) this.down.push(read(frame));
  }

  rawEphemeral(frame: Uint8Array): void {
    if (this.isOpen && this.credit > 0) this.down.push(read(frame));
  }
}

function read(frame: Uint8Array): Downward {
  const typeEnd = HEAD_BYTES + ((frame[1] ?? 0) & SHORT_STRING);
  const type = Buffer.from(frame.subarray(HEAD_BYTES, typeEnd)).toString();
  const message = decode(frame.subarray(typeEnd));
  return { type, message } as Downward; // the server's own frame
}
