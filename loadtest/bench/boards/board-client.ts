/** Where a client of a board goes, and what it tells. */
export interface BoardPlace {
  readonly port: number;
  readonly board: string;
  /** A push was acknowledged; those of one client are in the order in which they were pushed. */
  readonly onAck: () => void;
}

/** A client of a board: it changes shapes, and receives what others do without looking at it. */
export interface BoardClient {
  /** Resolves when it has the whole board. */
  readonly ready: Promise<void>;
  /** Bytes of all payloads that arrived. */
  readonly receivedBytes: number;
  /** Why the connection ended without {@link close}, where it did; it also ends where the server refuses a push. */
  readonly failure: string | undefined;
  /** Puts new shapes on the board, in one push. */
  create(ids: readonly string[]): void;
  /** Moves shapes that it created itself, in one push. */
  move(ids: readonly string[]): void;
  /** Ends the connection at once. */
  close(): void;
}

/** A place on a board. */
export interface Position {
  readonly x: number;
  readonly y: number;
  readonly r: number;
}

const FIELD = 1000;

/** Somewhere on the board. */
export function anywhere(): Position {
  return { x: Math.random() * FIELD, y: Math.random() * FIELD, r: Math.random() };
}

/** What a shape is beside its position. */
export const SHAPE = { type: "rect", size: { w: 120, h: 80 } } as const;
