/** Where checkpoints are kept: the contract that every store fulfils. */

/** Who has a room. */
export interface CheckpointOwner {
  /** Rises with each change of owner. */
  readonly epoch: number;
  readonly bootId: string;
}

/** What can be told of a checkpoint without reading it. */
export interface CheckpointHead extends CheckpointOwner {
  readonly roomId: string;
  /** Of the room's type. */
  readonly name: string;
  /** Seats that are held in it: people wait for a room that has some. */
  readonly sessions: number;
}

/** A checkpoint, as a store sees it. */
export interface StoredCheckpoint extends CheckpointHead {
  /** Rises with each write of an owner, so that one that comes late takes no newer one's place. */
  readonly number: number;
  /** A store does not read it. */
  readonly content: Uint8Array;
}

/** What came of taking a room: whether it is the owner's now, and how it was last kept. */
export type Taken =
  | { readonly isTaken: true; readonly checkpoint: StoredCheckpoint | undefined }
  /** A later epoch has it. */
  | { readonly isTaken: false };

/**
 * A place for the last checkpoint of each room. Each call that changes something is one atomic step, in which an epoch older than the
 * stored one is refused; any may be done twice. Methods fail with errors of their own where the place cannot be written or read.
 */
export interface CheckpointStore {
  /** For people: which kind it is and where it keeps what it is given. */
  readonly description: string;
  /** Another one where what was kept before may be lost: rooms are kept anew then. */
  readonly generation: number;
  /**
   * Keeps a checkpoint in place of the room's last one, unless that is a newer one of the same owner; false where a later epoch has the room:
   * nothing was changed.
   */
  put(checkpoint: StoredCheckpoint): Promise<boolean>;
  /** Gives a room to an owner: from now on nothing is kept that older ones write. */
  take(roomId: string, owner: CheckpointOwner): Promise<Taken>;
  /**
   * The room has ended: its checkpoint is forgotten, and what older owners still write is refused for an hour. With a number it comes in
   * this order among the writes of its owner.
   */
  end(roomId: string, epoch: number, number?: number): Promise<void>;
  /** The checkpoint as it was last kept; changes nothing. */
  find(roomId: string): Promise<StoredCheckpoint | undefined>;
  /** What can be told of it without reading it. */
  headOf(roomId: string): Promise<CheckpointHead | undefined>;
  /** Rooms whose checkpoint a process has written or taken last, those with the most sessions first; some may be left out unread. */
  roomsOf(bootId: string, isLeftOut?: (roomId: string) => boolean): Promise<readonly CheckpointHead[]>;
  /** Boots of which there are checkpoints. */
  boots(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** How long the epoch of an ended room is remembered. */
export const ENDED_MS = 3_600_000;

/** What can be told of a checkpoint without reading it. */
export function headOf({ content: _content, number: _number, ...head }: StoredCheckpoint): CheckpointHead {
  return head;
}

/** Those for whom people wait come first. */
export function byUrgency(heads: readonly CheckpointHead[]): readonly CheckpointHead[] {
  return heads.toSorted((a, b) => b.sessions - a.sessions || (a.roomId < b.roomId ? -1 : 1));
}
