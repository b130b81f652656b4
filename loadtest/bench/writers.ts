import { setTimeout as wait } from "node:timers/promises";
import type { BoardClient } from "./boards/board-client.ts";
import { openBoard } from "./boards/boards.ts";
import { inFlight } from "./matchmaking.ts";
import type { BoardPeerName } from "./peers.ts";

/** Who writes, and where. */
export interface WritersPlace {
  readonly peer: BoardPeerName;
  readonly port: number;
  readonly boards: number;
  /** Begins the names of the boards. */
  readonly prefix: string;
  readonly writersPerBoard: number;
  readonly opsPerPush: number;
}

/** How much is written, and for how long. */
export interface Pace {
  readonly opsPerSecond: number;
  /** Pushes of this time are not looked at: code gets compiled, queues find their length. */
  readonly warmMs: number;
  readonly windowMs: number;
}

/** What became of the pushes. */
export interface Written {
  /** Times in ms from when each push of the window was due until it was acknowledged, sorted. */
  readonly ackMs: readonly number[];
  /** Ops of the whole time. */
  readonly ops: number;
  /** Bytes that all clients together received meanwhile. */
  readonly receivedBytes: number;
  /** Whether it was ended early, since a second's worth of pushes waited for their answer. */
  readonly isOverrun: boolean;
}

/** Every writer has so many shapes, or as many as it moves at once, and moves them in turn. */
const SHAPES_PER_WRITER = 10;
/** A push that is due goes out within this time. */
const PACE_MS = 1;
const MAX_BACKLOG_MS = 1000;
const DRAIN_MS = 30_000;
const MS_PER_S = 1000;

/** Clients that all write at once: at a given rate, whether they are answered or not, as people do. */
export class Writers {
  readonly #place: WritersPlace;
  readonly #writers: Writer[] = [];
  #waiting = 0;
  #note: (dueMs: number) => void = () => {};

  constructor(place: WritersPlace) {
    this.#place = place;
  }

  /** Has all of them join and make their shapes. */
  async open(): Promise<void> {
    const { peer, port, boards, prefix, writersPerBoard, opsPerPush } = this.#place;
    await inFlight(boards * writersPerBoard, async (index) => {
      const writer = new Writer(index, Math.max(SHAPES_PER_WRITER, opsPerPush));
      const onAck = (): void => this.#acknowledged(writer);
      const client = await openBoard(peer, { port, board: `${prefix}-${index % boards}`, onAck });
      writer.client = client;
      this.#writers.push(writer);
      await client.ready;
      this.#waiting++;
      writer.create();
    });
    await this.#drain();
  }

  /** Writes at a pace and waits for the last answer. @throws Error where a connection ended or answers stay away */
  async write({ opsPerSecond, warmMs, windowMs }: Pace): Promise<Written> {
    const { opsPerPush } = this.#place;
    const perMs = opsPerSecond / opsPerPush / MS_PER_S;
    const [startMs, bytesBefore, ackMs] = [performance.now(), this.#receivedBytes, [] as number[]];
    const fromMs = startMs + warmMs;
    const endMs = fromMs + windowMs;
    this.#note = (dueMs) => {
      if (dueMs >= fromMs) ackMs.push(performance.now() - dueMs);
    };
    let pushes = 0;
    const dueAt = (index: number): number => startMs + index / perMs;
    const isBehind = (): boolean => this.#waiting > perMs * MAX_BACKLOG_MS;
    for (; performance.now() < endMs && !isBehind(); await wait(PACE_MS)) {
      for (const nowMs = performance.now(); dueAt(pushes) < Math.min(nowMs, endMs); pushes++) {
        this.#push(pushes, dueAt(pushes));
      }
    }
    const isOverrun = isBehind();
    await this.#drain();
    return {
      ackMs: ackMs.sort((a, b) => a - b),
      ops: pushes * opsPerPush,
      receivedBytes: this.#receivedBytes - bytesBefore,
      isOverrun,
    };
  }

  /** Ends all connections. */
  close(): void {
    for (const { client } of this.#writers) client?.close();
  }

  get #receivedBytes(): number {
    return this.#writers.reduce((sum, { client }) => sum + (client?.receivedBytes ?? 0), 0);
  }

  #push(index: number, dueMs: number): void {
    this.#waiting++;
    this.#writers[index % this.#writers.length]?.move(this.#place.opsPerPush, dueMs);
  }

  #acknowledged(writer: Writer): void {
    this.#waiting--;
    this.#note(writer.acknowledged());
  }

  async #drain(): Promise<void> {
    for (const endMs = performance.now() + DRAIN_MS; this.#waiting > 0; await wait(PACE_MS)) {
      const failures = this.#writers.flatMap(({ client }) => client?.failure ?? []);
      if (failures[0]) throw new Error(`${failures.length} of ${this.#writers.length} clients failed: ${failures[0]}`);
      if (performance.now() > endMs) throw new Error(`${this.#waiting} pushes are not answered.`);
    }
  }
}

/** One of them, and what it waits for. */
class Writer {
  client: BoardClient | undefined;
  readonly #shapes: readonly string[];
  /** When the pushes that are not acknowledged were due. */
  readonly #dueMs: number[] = [];
  #next = 0;

  constructor(index: number, shapes: number) {
    this.#shapes = Array.from({ length: shapes }, (_, shape) => `shape-${index}-${shape}`);
  }

  create(): void {
    this.#dueMs.push(performance.now());
    this.client?.create(this.#shapes);
  }

  move(shapes: number, dueMs: number): void {
    this.#dueMs.push(dueMs);
    const ids = Array.from(
      { length: shapes },
      (_, index) => this.#shapes[(this.#next + index) % this.#shapes.length] ?? "",
    );
    this.#next += shapes;
    this.client?.move(ids);
  }

  /** When the push was due that is acknowledged now. */
  acknowledged(): number {
    return this.#dueMs.shift() ?? Number.NaN;
  }
}
