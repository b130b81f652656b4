import type { BoardOp, BoardRecord } from "../../../rooms/whiteboard/rules/board.ts";
import type { Status } from "../../../src/client/client.ts";
import type { Stop } from "../../../src/clock/clock.ts";
import { OP_MESSAGES } from "../../../src/protocol/protocol.ts";
import { digestOf } from "../../documents/plain.ts";
import type { AckedPush, BotEvidence } from "../../documents/verification.ts";
import { type DocumentPlace, type OpenedDocument, openAt, until } from "../../documents/witness.ts";
import { Gaps } from "../gaps.ts";
import { type Beat, onBeat } from "./beat.ts";
import { BOARD, type BoardMember, marksOf, opsOf } from "./board-pushes.ts";

const OPEN_MS = 15_000;
const REST_MS = 10_000;

/** The client library on a board. */
export class LibraryPusher implements BoardMember {
  readonly wrongs: string[] = [];
  drops = 0;
  readonly #opened: OpenedDocument<BoardOp, BoardRecord>;
  readonly #place: DocumentPlace;
  readonly #gaps = new Gaps();
  readonly #acked: AckedPush[] = [];
  readonly #refusals: string[] = [];
  readonly #stopPushing: Stop;
  #next: PromiseWithResolvers<number> | undefined;

  private constructor(opened: OpenedDocument<BoardOp, BoardRecord>, place: DocumentPlace, beat: Beat) {
    this.#opened = opened;
    this.#place = place;
    const { connection } = opened;
    const { sessionId } = connection;
    connection.onStatus((status) => this.#note(status, sessionId));
    for (const type of [OP_MESSAGES.BATCH, OP_MESSAGES.ACK]) connection.onMessage(type, this.#gaps.hear);
    connection.onMessage(OP_MESSAGES.WELCOME, () => this.#next?.resolve(performance.now()));
    let made = 0;
    this.#stopPushing = onBeat(beat, () => this.#push(opsOf(place.name, ++made)));
  }

  static async open(place: DocumentPlace, beat: Beat): Promise<LibraryPusher> {
    const opened = await openAt(place, BOARD);
    await until(place.clock, `${place.id}: the document`, OPEN_MS, () => opened.document.isLive);
    return new LibraryPusher(opened, place, beat);
  }

  get seq(): number {
    return this.#opened.document.seq;
  }

  takeGap(): number {
    return this.#gaps.take();
  }

  nextOwner(): Promise<number> {
    this.#next = Promise.withResolvers();
    return this.#next.promise;
  }

  async rest(): Promise<void> {
    this.#stopPushing();
    const { document } = this.#opened;
    const { clock, name } = this.#place;
    await until(clock, name, REST_MS, () => !document.hasUnsaved && document.isLive).catch(() => {}); // the evidence says what is missing
  }

  evidence(): BotEvidence {
    const { document } = this.#opened;
    const [name, acked, refusals, unsaved] = [this.#place.name, this.#acked, this.#refusals, document.unsaved];
    return { name, clientIds: [document.clientId], acked, refusals, unsaved, digest: digestOf(document) };
  }

  async close(): Promise<void> {
    this.#stopPushing();
    await this.#opened.close();
  }

  #push(ops: readonly BoardOp[]): void {
    this.#opened.document.push(ops).then(
      ({ seq, outcome }) => void this.#acked.push({ seq, outcome, marks: marksOf(ops) }),
      (error) => void this.#refusals.push(String(error)),
    );
  }

  #note(status: Status, sessionId: string | undefined): void {
    if (status === "reconnecting") this.drops++;
    const isOther = status === "online" && this.#opened.connection.sessionId !== sessionId;
    if (isOther) this.wrongs.push("has another session");
    if (status === "refused") this.wrongs.push("was refused");
  }
}
