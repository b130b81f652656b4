/**
 * How a room moves from its owner to another node while its players stay: two tables, one for the node that has the room and one for the
 * node that is to have it. The mover and the receiver do what they say and nothing else, and `test/model/handoff.test.ts` goes
 * through every order in which calls are late or lost, processes die and leases run out.
 *
 * One step decides: the transfer of the room's record from one boot, epoch and attempt to another boot. Before it the source may go on at
 * once; after it has been sent, only when the record says so.
 */

/** Where the owner of a room is in moving it. It acts for the room in `running`, `asking` and `holding`. */
export type SourceState =
  | "running"
  /** The target is asked whether it takes the room. */
  | "asking"
  /** What clients send is kept back where they are connected, until all of it that was on its way has come. */
  | "holding"
  /** The room stands still, and is being kept as it is. */
  | "frozen"
  /** The record is being transferred. */
  | "transferring"
  /** Whether it was transferred is not known. */
  | "doubting"
  /** The target has the room. */
  | "moved"
  /** Somebody else has it. */
  | "lost";

/** What happens to the owner. */
export type SourceEvent =
  | "begin"
  | "accepted"
  /** Or no answer in time. */
  | "refused"
  | "held"
  /** What the room is can be had by whoever has it next. */
  | "stored"
  | "transferred"
  /** No answer, or the record is not as it was expected. */
  | "uncertain"
  /** The record is the source's, and whatever was sent before comes too late to change that. */
  | "kept"
  | "overtaken";

/** What the owner does, in the order of the row. */
export type SourceAction =
  | "ask"
  | "hold"
  | "freeze"
  /** Its last checkpoint is written. */
  | "store"
  | "transfer"
  /** Changes the attempt of the record, so that a transfer that is still on its way is refused, or learns whose the room is. */
  | "secure"
  /** The room goes on, with what was kept back. */
  | "resume"
  /** The target is told that nothing comes of it. */
  | "call off"
  /** Clients are led to the target, which is told to begin. */
  | "hand over"
  /** The room ends here, without its end being told to anybody who can be led elsewhere. */
  | "end";

/** Where the node is that a room moves to. It acts for the room in `acting` alone. */
export type TargetState = "idle" | "expecting" | "acting";

/** What happens to the target. */
export type TargetEvent =
  | "asked"
  /** The source has called it off, or is not moving the room any more while the record is not the target's. */
  | "called off"
  /** The record is the target's. */
  | "owned"
  /** The record is somebody else's, or another than that which this move would transfer. */
  | "overtaken";

/** What the target does: with `restore` it makes the room of its last checkpoint, which nobody can change any more. */
export type TargetAction = "reserve" | "restore" | "forget";

/** Rows by state: for each event that means something there, the next state and what is done on the way. */
export type Steps<State extends string, Event extends string, Action extends string> = {
  readonly [S in State]: { readonly [E in Event]?: readonly [next: State, ...actions: Action[]] };
};

/** The owner's side. */
export const SOURCE_STEPS: Steps<SourceState, SourceEvent, SourceAction> = {
  running: { begin: ["asking", "ask"] },
  asking: { accepted: ["holding", "hold"], refused: ["running", "call off"] },
  holding: { held: ["frozen", "freeze", "store"], refused: ["running", "resume", "call off"] },
  frozen: { stored: ["transferring", "transfer"], refused: ["running", "resume", "call off"] },
  transferring: { transferred: ["moved", "hand over", "end"], uncertain: ["doubting", "secure"] },
  doubting: {
    kept: ["running", "resume", "call off"],
    transferred: ["moved", "hand over", "end"],
    overtaken: ["lost", "call off", "end"],
    uncertain: ["doubting", "secure"],
  },
  moved: {},
  lost: {},
};

/** The target's side. */
export const TARGET_STEPS: Steps<TargetState, TargetEvent, TargetAction> = {
  idle: { asked: ["expecting", "reserve"] },
  expecting: {
    owned: ["acting", "restore"],
    "called off": ["idle", "forget"],
    overtaken: ["idle", "forget"],
  },
  acting: {},
};

/** What an event comes to in a state: where nothing is said of it, it comes too late and changes nothing. */
export function step<State extends string, Event extends string, Action extends string>(
  steps: Steps<State, Event, Action>,
  state: State,
  event: Event,
): { readonly state: State; readonly actions: readonly Action[] } {
  const row = steps[state][event];
  if (!row) return { state, actions: [] };
  const [next, ...actions] = row;
  return { state: next, actions: actions as readonly Action[] }; // what stands behind the first of a row
}
