import assert from "node:assert/strict";
import type { BoardOp } from "../../../rooms/whiteboard/rules/board.ts";
import type { RoomLine } from "../../../src/client/document-session.ts";
import type { Status, StatusDetail } from "../../../src/client/link.ts";
import { Listeners } from "../../../src/client/listeners.ts";
import { manualClock } from "../../../src/clock/clock.ts";
import { OP_MESSAGES, type OpHello, type OpPush } from "../../../src/protocol/protocol.ts";

/** A connection whose server a test plays. */
export class FakeLine implements RoomLine {
  readonly clock = manualClock();
  readonly sent: { readonly type: string; readonly message: unknown }[] = [];
  readonly restarts: string[] = [];
  readonly errors = new Listeners<[number, string]>();
  readonly moves = new Listeners<[]>();
  status: Status = "reconnecting";
  isBroken = false;
  readonly #statuses = new Listeners<[Status, StatusDetail]>();
  readonly #messages = new Map<string, Set<(message: never) => void>>();
  readonly #closing = new Set<() => Promise<void>>();
  userId: string | undefined;

  onStatus(listener: (status: Status, detail: StatusDetail) => void): () => void {
    return this.#statuses.add(listener);
  }

  onMoved(listener: () => void): () => void {
    return this.moves.add(listener);
  }

  onMessage<Payload>(type: string, listener: (payload: Payload) => void): () => void {
    const listeners = this.#messages.get(type) ?? new Set();
    this.#messages.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  onError(listener: (code: number, detail: string) => void): () => void {
    return this.errors.add(listener);
  }

  onClose(work: () => Promise<void>): () => void {
    this.#closing.add(work);
    return () => this.#closing.delete(work);
  }

  /** As `close` of a connection. */
  async close(): Promise<void> {
    this.become("closed");
    await Promise.all(Array.from(this.#closing, (work) => work()));
  }

  send(type: string, message?: unknown): boolean {
    if (this.isBroken) throw new Error("broken");
    if (this.status === "online") this.sent.push({ type, message });
    return this.status === "online";
  }

  reconnect(reason?: { code: string }): void {
    this.restarts.push(reason?.code ?? "");
  }

  become(status: Status, code?: string): void {
    this.status = status;
    this.#statuses.tell(status, code === undefined ? {} : { reason: { code, detail: "" } });
  }

  hears(type: string, message: unknown): void {
    for (const listener of this.#messages.get(type) ?? []) listener(message as never);
  }

  /** The server welcomes to an empty document. */
  welcome(yourLast = 0): void {
    this.hears(OP_MESSAGES.WELCOME, { epoch: 1, mode: "snapshot", seq: 0, yourLast, ephHz: 10 });
    this.hears(OP_MESSAGES.SNAP, { seq: 0, part: 0, of: 1, data: [] });
  }

  get hellos(): readonly OpHello[] {
    return this.sent.flatMap(({ type, message }) => (type === OP_MESSAGES.HELLO ? [message as OpHello] : []));
  }

  get hello(): OpHello {
    const last = this.hellos.at(-1);
    assert.ok(last);
    return last;
  }

  get pushes(): readonly OpPush<BoardOp>[] {
    return this.sent.flatMap(({ type, message }) => (type === OP_MESSAGES.PUSH ? [message as OpPush<BoardOp>] : []));
  }

  /** The server takes the push `n` as it is, as the entry `seq`. */
  take(n: number, seq: number): void {
    const ops = this.pushes.find((push) => push.n === n)?.ops ?? [];
    const entry = { seq, clientId: this.hello.clientId, n, userId: "", ts: 0, effects: ops };
    this.hears(OP_MESSAGES.BATCH, { from: seq, to: seq, entries: [entry] });
  }
}
