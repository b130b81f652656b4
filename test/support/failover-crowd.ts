import type { Room } from "@colyseus/sdk";
import type { OpWelcome } from "../../src/protocol/protocol.ts";
import { pushShape } from "./board-seat.ts";
import { type TestCluster, turn } from "./cluster-processes.ts";

/** Who comes. */
interface CrowdSize {
  /** Rooms that are kept by checkpoints. */
  readonly rooms: number;
  readonly boards: number;
  /** Of each room. */
  readonly clients: number;
  /** Processes where they come in, in turn. */
  readonly via: readonly string[];
}

/** What a tick of a room says. */
interface Stamp {
  readonly tick: number;
  readonly epoch: number;
}

/** What the clients of one room have seen together. */
interface Seen {
  epoch: number;
  /** The first moment of that epoch. */
  sinceMs: number;
}

interface Visitor {
  readonly room: Room;
  readonly kind: "synthetic" | "whiteboard";
  /** Of a client of a board: the number of its last push. */
  pushes: number;
  isThere: boolean;
  leftCode: number | undefined;
}

interface Frozen {
  readonly entities: Record<string, [number, number]>;
}

interface SyntheticState {
  readonly entities: Map<string, { readonly x: number; readonly y: number }>;
}

const SYNTHETIC = { entities: 30, changed: 10, tickMs: 50, stamped: true, durability: "checkpoint" };
/** A room is kept once a second. */
const KEPT_TICKS = 50;
const SETTLE_MS = 25_000;

/** Stock clients in rooms of a cluster, who note who acts for their rooms and what was promised to them. */
export class FailoverCrowd {
  /** Connections that were lost. */
  drops = 0;
  readonly #cluster: TestCluster;
  readonly #visitors: Visitor[] = [];
  readonly #seen = new Map<string, Seen>();
  readonly #wrongs: string[] = [];
  /** The highest number of an operation that was acknowledged, by room. */
  readonly #acked = new Map<string, number>();

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  async enter({ rooms, boards, clients, via }: CrowdSize): Promise<void> {
    const kinds = [...Array(rooms).fill("synthetic"), ...Array(boards).fill("whiteboard")] as Visitor["kind"][];
    await Promise.all(
      kinds.map(async (kind, index) => {
        const id = `${kind}-${index}`;
        for (let n = 0; n < clients; n++) await this.#visit(kind, id, via[n % via.length]);
      }),
    );
  }

  /** Has the last who came ask to leave; resolves with the code with which it is out. */
  async leave(): Promise<number | undefined> {
    return this.#visitors.pop()?.room.leave();
  }

  /** Resolves when each room was kept with everybody who is in it, and what was pushed is safe. */
  async kept(): Promise<void> {
    const boards = this.#visitors.filter(({ kind }) => kind === "whiteboard");
    await Promise.all(boards.map((visitor) => this.#push(visitor)));
    const kept = this.#visitors.find(({ kind }) => kind === "synthetic")?.room;
    for (let ticks = 0; kept && ticks < KEPT_TICKS; ticks++)
      await new Promise<void>((resolve) => kept.onMessage("stamp", () => resolve())); // a second listener, for one tick
  }

  /**
   * Resolves when each client is there again and each room acts under a later epoch than before.
   *
   * @returns how long that took, in words
   */
  async recovered(lost: ReadonlySet<string>): Promise<string> {
    const startMs = performance.now();
    const before = new Map([...this.#seen].map(([roomId, { epoch }]) => [roomId, epoch]));
    const isMoved = ({ room, kind }: Visitor): boolean =>
      kind === "whiteboard" ||
      !lost.has(room.roomId) ||
      (this.#seen.get(room.roomId)?.epoch ?? 0) > (before.get(room.roomId) ?? 0);
    const isBack = (visitor: Visitor): boolean => visitor.isThere && isMoved(visitor);
    while (!this.#visitors.every(isBack) && performance.now() < startMs + SETTLE_MS) await turn();
    for (const { room, kind, isThere, leftCode } of this.#visitors.filter((each) => !isBack(each))) {
      const epochs = `epoch ${this.#seen.get(room.roomId)?.epoch} after ${before.get(room.roomId)}`;
      this.#wrongs.push(
        `${kind} ${room.roomId} ${room.sessionId} is not back: ${isThere ? "there" : `left with ${leftCode}`}, ${epochs}`,
      );
    }
    const seen = [...this.#seen].filter(([roomId]) => lost.has(roomId));
    const ticked = seen.map(([, { sinceMs }]) => Math.round(sinceMs - startMs)).toSorted((one, other) => one - other);
    const backMs = Math.round(performance.now() - startMs);
    return `to tick: p50 ${ticked[Math.floor(ticked.length / 2)]} ms, max ${ticked.at(-1)} ms; all back: ${backMs} ms`;
  }

  /** What must not be and was, also operations that are missing. */
  async wrongs(): Promise<readonly string[]> {
    const first = new Map(this.#visitors.map((visitor) => [visitor.room.roomId, visitor]));
    await Promise.all([...first.values()].map((visitor) => this.#compare(visitor)));
    return this.#wrongs.splice(0);
  }

  /** Stops the rooms; what a client knows that is not as the server has it. */
  async differences(): Promise<readonly string[]> {
    const ticking = this.#visitors.filter(({ kind }) => kind === "synthetic");
    const differing = await Promise.all(
      ticking.map(async ({ room }) => {
        const frozen = new Promise<Frozen>((resolve) => room.onMessage("frozen", resolve));
        room.send("freeze");
        const { entities } = await frozen;
        const { entities: known } = room.state as SyntheticState; // the room's own
        const isSame = ([key, [x, y]]: [string, [number, number]]): boolean =>
          known.get(key)?.x === x && known.get(key)?.y === y;
        const areAll = known.size === Object.keys(entities).length && Object.entries(entities).every(isSame);
        return areAll ? [] : [`${room.roomId} ${room.sessionId}`];
      }),
    );
    return differing.flat();
  }

  /** Rooms by the names of their nodes. */
  async rooms(): Promise<ReadonlyMap<string, readonly string[]>> {
    const listed = [...(await this.#cluster.rooms("synthetic")), ...(await this.#cluster.rooms("whiteboard"))];
    const by = Map.groupBy(listed, ({ nodeId }) => nodeId);
    return new Map([...by].map(([nodeId, rooms]) => [nodeId, rooms.map(({ roomId }) => roomId)]));
  }

  close(): void {
    for (const { room } of this.#visitors) {
      room.reconnection.enabled = false;
      room.connection.close();
    }
  }

  async #visit(kind: Visitor["kind"], id: string, via: string | undefined): Promise<void> {
    const options = kind === "synthetic" ? { id, ...SYNTHETIC } : { id };
    const room = await this.#cluster.sdk(via).joinOrCreate(kind, options);
    const visitor: Visitor = { room, kind, pushes: 0, isThere: true, leftCode: undefined };
    this.#visitors.push(visitor);
    Object.assign(room.reconnection, { minUptime: 0, maxDelay: 1000, maxRetries: 40 });
    room.onDrop(() => {
      this.drops++;
      visitor.isThere = false;
    });
    room.onLeave((code) => Object.assign(visitor, { isThere: false, leftCode: code }));
    room.onReconnect(() => {
      visitor.isThere = true;
    });
    room.onError(() => {}); // a refusal on its way back is followed by a close
    for (const type of ["op:batch", "op:snap", "eph", "op:nack", "op:reset", "op:welcome"])
      room.onMessage(type, () => {});
    if (kind === "synthetic") room.onMessage("stamp", (stamp: Stamp) => this.#note(room.roomId, stamp));
    else room.send("op:hello", { clientId: room.sessionId });
  }

  /** Nobody may hear of an older epoch once anybody has heard of a newer one. */
  #note(roomId: string, { epoch, tick }: Stamp): void {
    const seen = this.#seen.get(roomId);
    if (seen && epoch < seen.epoch) this.#wrongs.push(`${roomId}: tick ${tick} of epoch ${epoch} after ${seen.epoch}`);
    if (!seen || epoch > seen.epoch) this.#seen.set(roomId, { epoch, sinceMs: performance.now() });
  }

  async #push(visitor: Visitor): Promise<void> {
    const { room } = visitor;
    const verdict = await pushShape(room, ++visitor.pushes);
    if ("seq" in verdict) this.#acked.set(room.roomId, Math.max(verdict.seq, this.#acked.get(room.roomId) ?? 0));
    else this.#wrongs.push(`${room.roomId}: a push was refused: ${JSON.stringify(verdict)}`);
  }

  async #compare({ room, kind }: Visitor): Promise<void> {
    if (kind === "whiteboard") {
      const welcome = new Promise<OpWelcome>((resolve) => room.onMessage("op:welcome", resolve));
      room.send("op:hello", { clientId: crypto.randomUUID() });
      const [{ seq }, acked = 0] = [await welcome, this.#acked.get(room.roomId)];
      if (seq < acked) this.#wrongs.push(`${room.roomId}: operation ${acked} was acknowledged, ${seq} is the last`);
    }
  }
}
