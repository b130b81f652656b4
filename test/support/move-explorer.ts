import {
  SOURCE_STEPS,
  type SourceAction,
  type SourceEvent,
  step,
  TARGET_STEPS,
  type TargetEvent,
} from "../../src/handoff/move-steps.ts";

/** A call or an answer that has been sent and has not arrived. */
interface Flight {
  readonly kind: "ask" | "accepted" | "store" | "stored" | "call off" | "begin" | "transfer" | "secure" | "answer";
  readonly move: number;
  /** What a checkpoint holds; what an answer of the store says; which record a transfer expects. */
  readonly data?: number;
  readonly attempt?: number;
  readonly says?: SourceEvent;
}

/** Everything that there is of one room: its record, the node that has it, the node that is to have it, whoever inherits it. */
export interface World {
  readonly source: keyof typeof SOURCE_STEPS;
  readonly target: keyof typeof TARGET_STEPS;
  readonly isSourceAlive: boolean;
  readonly isTargetAlive: boolean;
  /** The source's; another may take the room from the moment on that it is not held. */
  readonly isLeaseHeld: boolean;
  /** Whether a third process has restored the room. */
  readonly hasHeir: boolean;
  readonly record: { readonly owner: "source" | "target" | "heir"; readonly attempt: number };
  /** Attempt of the record as the source knows it. */
  readonly known: number;
  readonly sourceMove: number;
  /** The attempt that the source's move expects: as it was when it began. */
  readonly sourceAttempt: number;
  readonly targetMove: number;
  /** Record that the target's move would transfer. */
  readonly targetAttempt: number;
  /** What the target has made the room of. */
  readonly targetData: number;
  /** What the last checkpoint holds. */
  readonly checkpoint: number;
  /** What was acknowledged to players. */
  readonly acknowledged: number;
  readonly flights: readonly Flight[];
  /** Answers that the source did not wait for, and other things that went wrong. */
  readonly timeouts: number;
  readonly faults: number;
}

/** One thing that may happen in a world. */
interface Change {
  readonly name: string;
  readonly to: World;
  /** It happens by itself where nothing else goes wrong. */
  readonly isProgress: boolean;
}

/** What may differ from the product, so that the explorer can be seen to find it. */
export interface Rules {
  readonly source: typeof SOURCE_STEPS;
  readonly target: typeof TARGET_STEPS;
  /** Whether a record that was reclaimed refuses what expected it as it was. */
  readonly isReclaimFencing: boolean;
}

export const PRODUCT: Rules = { source: SOURCE_STEPS, target: TARGET_STEPS, isReclaimFencing: true };

/** What is sent to a store is never lost: it comes into effect late, or as if it were never. */
const TO_STORE: ReadonlySet<string> = new Set(["store", "transfer", "secure"]);

const MAX_MOVES = 2;
const MAX_TIMEOUTS = 2;
const MAX_FAULTS = 2;
const MAX_ACKNOWLEDGED = 1;

const START: World = {
  source: "running",
  target: "idle",
  isSourceAlive: true,
  isTargetAlive: true,
  isLeaseHeld: true,
  hasHeir: false,
  record: { owner: "source", attempt: 1 },
  known: 1,
  sourceMove: 0,
  sourceAttempt: 0,
  targetMove: 0,
  targetAttempt: 0,
  targetData: 0,
  checkpoint: 0,
  acknowledged: 0,
  flights: [],
  timeouts: 0,
  faults: 0,
};

/** What goes wrong, and how it comes to that. */
export interface Violation {
  readonly what: string;
  readonly trace: readonly string[];
}

/** Goes through every world that can be reached; gives what is wrong in the first one that is. */
export function explore(rules: Rules = PRODUCT): {
  readonly worlds: number;
  readonly violation: Violation | undefined;
} {
  const atlas = new Atlas();
  for (const [world, key] of atlas) {
    const what = wrongIn(world);
    if (what) return { worlds: atlas.size, violation: { what, trace: atlas.traceTo(key) } };
    for (const change of changesOf(world, rules)) atlas.add(change, key);
  }
  const stuck = atlas.stuck();
  if (stuck === undefined) return { worlds: atlas.size, violation: undefined };
  return { worlds: atlas.size, violation: { what: "the room never runs again", trace: atlas.traceTo(stuck) } };
}

/** The worlds that were found, and how. */
class Atlas {
  readonly #worlds: [world: World, key: string][] = [[START, keyOf(START)]];
  readonly #origins = new Map([[keyOf(START), { from: "", by: "start" }]]);
  /** From which worlds each is reached by what happens by itself. */
  readonly #before = new Map<string, string[]>();

  get size(): number {
    return this.#worlds.length;
  }

  /** Those too that are added meanwhile. */
  [Symbol.iterator](): Iterator<[world: World, key: string]> {
    return this.#worlds[Symbol.iterator]();
  }

  add({ name, to, isProgress }: Change, from: string): void {
    const world = withoutIdle(to);
    const key = keyOf(world);
    if (isProgress) this.#before.set(key, [...(this.#before.get(key) ?? []), from]);
    if (this.#origins.has(key)) return;
    this.#origins.set(key, { from, by: name });
    this.#worlds.push([world, key]);
  }

  traceTo(key: string): readonly string[] {
    const trace: string[] = [];
    for (let at = this.#origins.get(key); at; at = this.#origins.get(at.from)) trace.unshift(at.by);
    return trace;
  }

  /** A world from which no settled one is reached by what happens by itself. */
  stuck(): string | undefined {
    const fine = new Set<string>();
    const queue = this.#worlds.filter(([world]) => isSettled(world)).map(([, key]) => key);
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      if (fine.has(key)) continue;
      fine.add(key);
      queue.push(...(this.#before.get(key) ?? []));
    }
    return this.#worlds.find(([, key]) => !fine.has(key))?.[1];
  }
}

/** Leaves out what makes no difference any more: what comes too late for whom it is for, what a dead process knew. */
function withoutIdle(world: World): World {
  const flights = world.flights.filter(({ kind, move }) => {
    if (TO_STORE.has(kind)) return true;
    const isAnswer = kind === "accepted" || kind === "stored" || kind === "answer";
    if (isAnswer)
      return world.isSourceAlive && move === world.sourceMove && world.source !== "moved" && world.source !== "lost";
    return world.isTargetAlive && world.target !== "acting" && move >= world.targetMove;
  });
  return { ...world, flights };
}

function keyOf(world: World): string {
  return JSON.stringify({ ...world, flights: world.flights.map((flight) => JSON.stringify(flight)).toSorted() });
}

function actors({ source, target, hasHeir, isSourceAlive, isTargetAlive, isLeaseHeld }: World): readonly string[] {
  const isSourceActing = isSourceAlive && isLeaseHeld && ["running", "asking", "holding"].includes(source);
  const isTargetActing = isTargetAlive && target === "acting";
  return [...(isSourceActing ? ["source"] : []), ...(isTargetActing ? ["target"] : []), ...(hasHeir ? ["heir"] : [])];
}

function wrongIn(world: World): string | undefined {
  const acting = actors(world);
  if (acting.length > 1) return `${acting.join(" and ")} act for one room`;
  if (acting[0] && acting[0] !== world.record.owner)
    return `${acting[0]} acts, and the record is ${world.record.owner}'s`;
  if (acting[0] === "target" && world.targetData !== world.acknowledged) return "what was acknowledged is lost";
  return undefined;
}

/** Somebody runs the room, and nobody expects one that will never come. */
function isSettled(world: World): boolean {
  return actors(world).length === 1 && !(world.isTargetAlive && world.target === "expecting");
}

function changesOf(world: World, rules: Rules): readonly Change[] {
  return [...ofSource(world, rules), ...ofTarget(world, rules), ...ofFlights(world, rules), ...ofFaults(world)];
}

function changed(name: string, to: World, isProgress = true): Change {
  return { name, to, isProgress };
}

function tell(world: World, event: SourceEvent, rules: Rules): World {
  const { state, actions } = step(rules.source, world.source, event);
  return actions.reduce(act, { ...world, source: state });
}

/** What an action of the source comes to. */
function act(world: World, action: SourceAction): World {
  const move = world.sourceMove;
  const send = (flight: Omit<Flight, "move">): World => ({
    ...world,
    flights: [...world.flights, { move, ...flight }],
  });
  if (action === "ask") return send({ kind: "ask", attempt: world.sourceAttempt });
  if (action === "store") return send({ kind: "store", data: world.acknowledged });
  if (action === "transfer") return send({ kind: "transfer", attempt: world.sourceAttempt });
  if (action === "secure") return send({ kind: "secure" });
  if (action === "call off") return send({ kind: "call off" });
  if (action === "hand over") return send({ kind: "begin" });
  return world;
}

const STORE_CALLS: ReadonlySet<string> = new Set(["transfer", "secure", "answer"]);
const WAITING: ReadonlySet<string> = new Set(["asking", "holding", "frozen"]);

function* ofSource(world: World, rules: Rules): Generator<Change> {
  if (!world.isSourceAlive) return;
  if (actors(world).includes("source")) yield* ofActing(world, rules);
  if (world.source === "holding") yield changed("clients are held", tell(world, "held", rules));
  if (WAITING.has(world.source)) yield changed("the source waits no longer", tell(world, "refused", rules));
  if (world.source !== "transferring" && world.source !== "doubting") return;
  const isUnderWay = world.flights.some(({ kind }) => STORE_CALLS.has(kind));
  if (isUnderWay && world.timeouts === MAX_TIMEOUTS) return;
  const after = { ...world, timeouts: world.timeouts + (isUnderWay ? 1 : 0) };
  yield changed("the store does not answer", tell(after, "uncertain", rules));
}

function* ofActing(world: World, rules: Rules): Generator<Change> {
  if (world.acknowledged < MAX_ACKNOWLEDGED)
    yield changed("an op is acknowledged", { ...world, acknowledged: world.acknowledged + 1 }, false);
  if (world.source !== "running" || world.sourceMove === MAX_MOVES || !world.isTargetAlive) return;
  const begun = { ...world, sourceMove: world.sourceMove + 1, sourceAttempt: world.known };
  yield changed(`move ${begun.sourceMove} begins`, tell(begun, "begin", rules), false);
}

function* ofTarget(world: World, rules: Rules): Generator<Change> {
  const { record, targetAttempt, source, sourceMove, targetMove } = world;
  if (!world.isTargetAlive || world.target !== "expecting") return;
  const told = (event: "called off" | "owned" | "overtaken"): World => tellTarget(world, event, rules);
  if (record.owner === "target") yield changed("the target sees that it has the room", told("owned"));
  else if (record.owner === "heir" || record.attempt !== targetAttempt)
    yield changed("the target sees another record", told("overtaken"));
  const isOff = sourceMove !== targetMove || ["running", "lost"].includes(source);
  if (world.isSourceAlive && isOff) yield changed("the source says that it is not moving it", told("called off"));
}

function* ofFlights(world: World, rules: Rules): Generator<Change> {
  const firstStore = world.flights.find(({ kind }) => kind === "store");
  for (const flight of world.flights) {
    if (flight.kind === "store" && flight !== firstStore) continue; // checkpoints are written in their order
    const without = { ...world, flights: world.flights.filter((each) => each !== flight) };
    const name = `${flight.kind} of move ${flight.move} arrives`;
    const arrived = arrive(without, flight, rules);
    if (arrived) yield changed(name, arrived);
    const isLossy = !TO_STORE.has(flight.kind);
    if (isLossy && world.faults < MAX_FAULTS)
      yield changed(`${flight.kind} of move ${flight.move} is lost`, { ...without, faults: world.faults + 1 }, false);
  }
}

function arrive(world: World, flight: Flight, rules: Rules): World | undefined {
  if (TO_STORE.has(flight.kind)) return atStore(world, flight, rules);
  if (flight.kind === "accepted" || flight.kind === "stored" || flight.kind === "answer") {
    if (!world.isSourceAlive || flight.move !== world.sourceMove) return world;
    const known = flight.says === "kept" ? (flight.attempt ?? 0) : world.known;
    return tell({ ...world, known }, flight.says ?? (flight.kind as "accepted" | "stored"), rules);
  }
  return world.isTargetAlive ? atTarget(world, flight, rules) : world;
}

function tellTarget(world: World, event: TargetEvent, rules: Rules): World {
  const { state, actions } = step(rules.target, world.target, event);
  return { ...world, target: state, ...(actions.includes("restore") && { targetData: world.checkpoint }) };
}

function atTarget(world: World, { kind, move, attempt = 0 }: Flight, rules: Rules): World {
  if (kind === "ask") {
    const isLate = world.target === "acting" || (world.target === "expecting" && move <= world.targetMove);
    if (isLate) return world;
    const asked = tellTarget({ ...world, target: "idle", targetMove: move, targetAttempt: attempt }, "asked", rules);
    return { ...asked, flights: [...world.flights, { kind: "accepted", move }] };
  }
  if (move !== world.targetMove) return world;
  if (kind === "call off") return tellTarget(world, "called off", rules);
  return world.record.owner === "target" ? tellTarget(world, "owned", rules) : world;
}

/** One compare-and-set of the record, whenever it arrives. */
function atStore(world: World, { kind, move, attempt = 0, data = 0 }: Flight, rules: Rules): World {
  const { record } = world;
  if (kind === "store" && record.owner !== "source") return world; // fenced
  if (kind === "store") return { ...world, checkpoint: data, flights: [...world.flights, { kind: "stored", move }] };
  const answer = (says: SourceEvent, to: World["record"] = record): World => ({
    ...world,
    record: to,
    flights: [...world.flights, { kind: "answer", move, says, attempt: to.attempt }],
  });
  if (kind === "transfer") {
    const isExpected = record.owner === "source" && record.attempt === attempt;
    return isExpected ? answer("transferred", { owner: "target", attempt: attempt + 1 }) : answer("uncertain");
  }
  if (record.owner === "target") return answer("transferred");
  if (record.owner === "heir") return answer("overtaken");
  return answer("kept", { ...record, attempt: record.attempt + (rules.isReclaimFencing ? 1 : 0) });
}

function* ofFaults(world: World): Generator<Change> {
  const { record, isLeaseHeld, isSourceAlive, isTargetAlive, hasHeir } = world;
  if (world.faults < MAX_FAULTS) yield* ofNewFaults({ ...world, faults: world.faults + 1 });
  if (!isSourceAlive && isLeaseHeld) yield changed("its lease runs out", { ...world, isLeaseHeld: false });
  if (isSourceAlive && !isLeaseHeld) yield changed("the source comes back", back(world));
  const isOrphan = record.owner === "source" ? !isLeaseHeld : record.owner === "target" && !isTargetAlive;
  if (!isOrphan || hasHeir) return;
  const inherited = { owner: "heir", attempt: record.attempt + 1 } as const;
  yield changed("another restores the room", { ...world, hasHeir: true, record: inherited });
}

function* ofNewFaults(world: World): Generator<Change> {
  const { isLeaseHeld, isSourceAlive, isTargetAlive } = world;
  if (isSourceAlive) yield changed("the source is killed", { ...world, isSourceAlive: false }, false);
  if (isTargetAlive) yield changed("the target is killed", { ...world, isTargetAlive: false }, false);
  if (isSourceAlive && isLeaseHeld)
    yield changed("the source's lease runs out", { ...world, isLeaseHeld: false }, false);
}

/** After its lease had run out the source asks for each of its rooms whether it is still its own. */
function back(world: World): World {
  const { record } = world;
  const attempt = record.attempt + 1;
  if (record.owner === "source") return { ...world, isLeaseHeld: true, record: { ...record, attempt }, known: attempt };
  return { ...world, isLeaseHeld: true, source: record.owner === "target" ? "moved" : "lost" };
}
