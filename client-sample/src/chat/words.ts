/** The words of the chat: what it asks of a document that has one, whichever room that belongs to. */
import type { SayOp } from "../../../rooms/chat/rules/chat.ts";
import type { Push, RefusedPush, Stop } from "../../../src/client/client.ts";

/** A document with a chat. A board's has other ops and records beside. */
export interface ChatDocument {
  readonly isLive: boolean;
  readonly hasUnsaved: boolean;
  get(id: string): object | undefined;
  entries(): Iterable<readonly [string, object]>;
  push(ops: readonly SayOp[]): Push;
  flushed(): Promise<number>;
  onChange(listener: (ids: readonly string[]) => void): Stop;
  onRefused(listener: (refused: Pick<RefusedPush<{ readonly t: string }>, "ops" | "detail">) => void): Stop;
}

/** Who speaks here. */
export interface Speaker {
  readonly userId: string;
  readonly name: string;
}
