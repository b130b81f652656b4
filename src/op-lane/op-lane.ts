/**
 * op-lane: durable rooms. Whoever says hello follows the document of the room: it is led to the present by what it missed or
 * by the whole, and from then on gets each entry once, in order, when it is safe and not before.
 *
 * Between the room's messages and the op log. Owns who follows and how far each has come; leaves the order to `op-log`, and
 * what an op means to the room's document. Keeps OPL1 to OPL7.
 */
import type { Client, RoomOptions } from "@colyseus/core";
import { z } from "zod";
import { MapRecords, type OpDocument, type RecordReader } from "../document/document.ts";
import { type ArenaError, describeIssues } from "../errors/errors.ts";
import { CLOSE_CODES, OP_MESSAGES } from "../protocol/protocol.ts";
import { type Durability, type MessageDefinition, Room } from "../room/room.ts";
import { type OpClient, OpLane, type Refusal } from "./lane.ts";
import { ephemeral, hello, history, MAX_EPHEMERAL_BYTES, pushOf } from "./messages.ts";

export type { Refusal } from "./lane.ts";

/** Largest frame of an op:push where a socket takes as much, which it does by default. */
const MAX_PUSH_BYTES = 256 * 1024;
const TICK_MS = 50;
const NOTHING: RecordReader<never> = new MapRecords<never>();

/** Schema of an id: that of a document, and of whatever in it has one. */
export const plainId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[\w.:-]+$/, "expected only A-Z a-z 0-9 . : _ -");

/**
 * A room whose document outlives it. A room author says what an op is and what it comes to; the rest is here: order, exactly
 * once, safe before it is shown, coming back after any loss.
 *
 * Its instance is picked by the join option `id`: the app registers it with `filterBy: ["id"]`.
 */
export abstract class DurableRoom<
  Op extends object,
  R extends object,
  Types extends RoomOptions = RoomOptions,
> extends Room<Types> {
  static override readonly durability: Durability = "durable";

  /** One room for each document. */
  static override instanceOf(options: object): string | undefined {
    return "id" in options && typeof options.id === "string" ? options.id : undefined;
  }

  /** What an op comes to. */
  protected abstract readonly document: OpDocument<Op, R>;
  /** Schema of an op. */
  protected abstract readonly op: z.ZodType<Op>;
  #lane: OpLane<Op, R> | undefined;
  #key = "";

  /** What a client may do, in words that the document's rules understand; asked for each push. Undefined: everything. */
  protected roleOf(_client: Client): string | undefined {
    return undefined;
  }

  /**
   * Why ops of a client are not taken, whatever they are: not yet, with `retryAfterMs`, or never. Asked once for each push that
   * would be taken. What depends on the document is for its rules to say.
   */
  protected gate(_client: Client, _ops: readonly Op[]): Refusal | undefined {
    return undefined;
  }

  /** The records as they are safe; while the document is opened anew, as they were known last. */
  protected get records(): RecordReader<R> {
    return this.#lane?.records ?? NOTHING;
  }

  /** The records with what was taken and is not safe yet, which nobody may see. */
  protected get latest(): RecordReader<R> {
    return this.#lane?.latest ?? NOTHING;
  }

  /** About how many bytes the records take, and how many they may. */
  protected get filled(): { readonly sizeBytes: number; readonly maxBytes: number } {
    return { sizeBytes: this.#lane?.sizeBytes ?? 0, maxBytes: this.parts.logLimits.maxDocumentBytes };
  }

  /** Which document it is: name of the room's type and instance, such as `whiteboard/plans`. */
  protected get key(): string {
    return this.#key;
  }

  /**
   * Opens the document. A room that overrides this awaits it first.
   *
   * @throws ArenaError LOG_IN_USE where another room has the document open; LOG_UNAVAILABLE, LOG_CORRUPT
   */
  override async onCreate({ id }: { readonly id: string }): Promise<void> {
    const { clock, telemetry, logs: store, logLimits: limits } = this.parts;
    this.#key = `${this.roomName}/${id}`;
    this.#lane = new OpLane<Op, R>({
      store,
      key: this.#key,
      ownerEpoch: this.parts.epochOf(this.roomId),
      document: this.document,
      limits,
      clock,
      telemetry,
      tickMs: TICK_MS,
      maxPushBytes: this.#bounded(MAX_PUSH_BYTES),
      roleOf: (client) => this.roleOf(client as unknown as Client), // every OpClient is a client of this room
      gate: (client, ops) => this.gate(client as unknown as Client, ops), // as above
      onFault: (error) => this.fail("document", error),
      onEnd: (error) => this.#endFor(error),
    });
    await this.#lane.open();
  }

  /** Brings what was pushed to the disk. A room that overrides this awaits it last. */
  override async onDispose(): Promise<void> {
    await this.#lane?.close();
  }

  /** Every push that was taken is acknowledged. */
  protected override async settle(): Promise<void> {
    await this.#lane?.settle();
  }

  protected override async letGo(): Promise<void> {
    await this.#lane?.letGo();
  }

  override onDrop(client: Client, code?: number): void {
    this.#lane?.drop(client as unknown as OpClient);
    super.onDrop(client, code);
  }

  override onReconnect(client: Client): void {
    this.#lane?.back(client as unknown as OpClient);
    super.onReconnect(client);
  }

  protected override onSessionEnd(client: Client): void {
    this.#lane?.leave(client as unknown as OpClient);
  }

  protected override get builtInMessages(): Readonly<Record<string, unknown>> {
    const push = pushOf(this.op);
    const onPush = (client: OpClient, payload: unknown): void => {
      const parsed = push.safeParse(payload);
      if (parsed.success) this.#lane?.push(client, parsed.data);
      else this.#lane?.refuseUnread(client, payload, describeIssues(parsed.error.issues, "push"));
    };
    return {
      ...super.builtInMessages,
      [OP_MESSAGES.HELLO]: define({ format: hello, handler: (client, payload) => this.#lane?.hello(client, payload) }),
      // What cannot be read is answered with a nack, which names the push.
      [OP_MESSAGES.PUSH]: define({ format: z.unknown(), maxBytes: this.#bounded(MAX_PUSH_BYTES), handler: onPush }),
      [OP_MESSAGES.HISTORY]: define({
        format: history,
        handler: (client, payload) => this.#lane?.history(client, payload),
      }),
      [OP_MESSAGES.EPHEMERAL]: define({
        format: ephemeral,
        maxBytes: this.#bounded(MAX_EPHEMERAL_BYTES),
        handler: (client, payload) => this.#lane?.ephemeral(client, payload),
      }),
    };
  }

  #bounded(maxBytes: number): number {
    return Math.min(maxBytes, this.parts.maxFrameBytes);
  }

  /** The document is another owner's now, or damaged: those inside come back and are led where it is, or are told. */
  #endFor({ code }: ArenaError): void {
    if (code === "LOG_FENCED") {
      this.moveAway();
      return;
    }
    for (const client of this.clients) client.leave(CLOSE_CODES.ROOM_FAILED, code); // `disconnect` gives no reason
    this.disconnect(CLOSE_CODES.ROOM_FAILED).catch((error: unknown) => this.fail("document", error));
  }
}

/** Lets the payload's type follow from its schema. */
function define<P>(definition: MessageDefinition<OpClient, P>): MessageDefinition<OpClient, P> {
  return definition;
}
