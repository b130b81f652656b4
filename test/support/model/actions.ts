import fc from "fast-check";
import * as Y from "yjs";
import {
  type BoardOp,
  type BoardRecord,
  type CreateOp,
  isGone,
  isShape,
  type SetOp,
} from "../../../rooms/whiteboard/rules/board.ts";
import type { CrashPoint } from "./server.ts";
import type { World } from "./world.ts";

/** An op in the making: `pick` stands for one of the shapes that its author sees then. */
export type Draft =
  | { readonly t: "create"; readonly shared: number | undefined; readonly value: number; readonly isBig: boolean }
  | { readonly t: "set"; readonly g: "pos" | "text" | "style"; readonly pick: number; readonly value: number }
  | { readonly t: "tree"; readonly pick: number; readonly parent: number | null }
  | { readonly t: "del" | "restore"; readonly pick: number }
  | { readonly t: "y"; readonly pick: number; readonly value: number };

/** A step of a world. What makes no sense when its turn comes does nothing. */
export type Action =
  | { readonly do: "edit"; readonly who: number; readonly drafts: readonly Draft[] }
  | { readonly do: "undo" | "redo" | "connect" | "return" | "retry"; readonly who: number }
  | { readonly do: "up" | "down" | "keep"; readonly who: number; readonly times: number }
  | { readonly do: "drop"; readonly who: number; readonly isNoticed: boolean }
  | { readonly do: "slow"; readonly who: number; readonly credit: number }
  | { readonly do: "reload"; readonly who: number; readonly kept: number }
  | { readonly do: "eph"; readonly who: number; readonly value: number }
  | { readonly do: "tick" | "fsync" | "refuse" | "feed" | "ghost" | "compact" | "backup" | "restore" }
  | { readonly do: "crash"; readonly point: CrashPoint; readonly share: number }
  | { readonly do: "reopen"; readonly point: CrashPoint };

/** Places among siblings: few, so that they are taken; one beside which no other could be made. */
const KEYS = ["a0", "a1", "a0V", "a"];
/** Yjs updates, each of another writer. */
const UPDATES = Array.from({ length: 10 }, (_, value) => {
  const doc = new Y.Doc();
  doc.clientID = value + 1;
  doc.getText("text").insert(0, `${value}`);
  return Y.encodeStateAsUpdate(doc);
});
/** Such a shape fills a part of a snapshot, and a push. */
const BIG_BYTES = 64 * 1024;
const NEVER_SLOW = 4;

/** Does a step, and checks what must be true after each. */
export function step(world: World, action: Action): void {
  act(world, action);
  if (world.variant.checks === "at rest") return;
  for (const client of world.clients) world.assertPrefix(client);
}

function act(world: World, action: Action): void {
  if ("who" in action) actOfClient(world, action);
  else if (action.do === "crash") world.crash(action.point, action.share);
  else if (action.do === "reopen") world.reopen(action.point);
  else actOfServer(world, action.do);
}

type OfClient = Extract<Action, { readonly who: number }>;
type OfServer = Exclude<Action, OfClient | { readonly point: CrashPoint }>;

function actOfClient(world: World, action: OfClient): void {
  const client = world.client(action.who);
  switch (action.do) {
    case "edit":
      edit(world, action.who, action.drafts);
      break;
    case "undo":
    case "redo":
      world.turn(action.who, action.do);
      break;
    case "connect":
      world.connect(action.who);
      break;
    case "return":
      world.comeBack(action.who);
      break;
    case "retry":
      client.retry();
      break;
    case "up":
      times(action.times, () => world.deliverUp(action.who));
      break;
    case "down":
      times(action.times, () => world.deliverDown(action.who));
      break;
    case "keep":
      times(action.times, () => client.keep());
      break;
    case "drop":
      world.drop(action.who, action);
      break;
    case "reload":
      world.reload(action.who, action.kept);
      break;
    case "slow":
    case "eph":
      onConnection(world, action);
      break;
    default:
      action satisfies never;
  }
}

function actOfServer(world: World, what: OfServer["do"]): void {
  switch (what) {
    case "tick":
      world.server.takeBatch();
      break;
    case "fsync":
      world.server.fsync();
      break;
    case "refuse":
      world.server.refuseWrite();
      break;
    case "feed":
      world.server.feed();
      break;
    case "ghost":
      world.hearGhost();
      break;
    case "compact":
      world.server.compact();
      break;
    case "backup":
      world.backup();
      break;
    case "restore":
      world.restore();
      break;
    default:
      what satisfies never;
  }
}

function onConnection(world: World, action: Extract<Action, { readonly do: "slow" | "eph" }>): void {
  const { connection } = world.client(action.who);
  if (!connection) return;
  if (action.do === "eph") world.server.ephemeral(connection, "cursor", action.value);
  else connection.credit = action.credit === NEVER_SLOW ? Number.POSITIVE_INFINITY : action.credit;
}

function times(most: number, work: () => boolean): void {
  for (let time = 0; time < most && work(); time++);
}

/** A client makes a push of what the drafts come to for it. */
export function edit(world: World, who: number, drafts: readonly Draft[]): void {
  const records = Array.from(world.client(who).replica.entries());
  const shapes = records.filter(([, record]) => isShape(record));
  const gone = records.filter(([, record]) => isGone(record));
  const fresh = `${world.client(who).name}.${world.edits.size}`;
  const ops = drafts.flatMap((draft, index) =>
    opOf(draft, { shapes, gone, freshId: `${fresh}.${index}`, hasRoom: index === 0 }),
  );
  if (ops.length > 0) world.edit(who, ops);
}

type Pairs = readonly (readonly [id: string, record: BoardRecord])[];

interface Seen {
  readonly shapes: Pairs;
  readonly gone: Pairs;
  readonly freshId: string;
  /** Whether a big shape fits into the push. */
  readonly hasRoom: boolean;
}

function opOf(draft: Draft, seen: Seen): readonly BoardOp[] {
  if (draft.t === "create") return [createOf(draft, seen)];
  const among = draft.t === "restore" ? seen.gone : seen.shapes;
  const id = among[draft.pick % Math.max(1, among.length)]?.[0];
  if (id !== undefined) return [changeOf(draft, id, seen)];
  return draft.t === "restore" ? [] : [createOf({ shared: undefined, value: 0, isBig: false }, seen)];
}

function changeOf(draft: Exclude<Draft, { readonly t: "create" }>, id: string, seen: Seen): BoardOp {
  switch (draft.t) {
    case "set":
      return setOf(id, draft.g, draft.value);
    case "tree":
      return {
        t: "set",
        id,
        g: "tree",
        v: { parentId: parentOf(draft.parent, seen), index: KEYS[draft.pick % KEYS.length] ?? "a0" },
      };
    case "del":
      return { t: "del", id };
    case "y":
      return { t: "y", id, u: UPDATES[draft.value % UPDATES.length] ?? new Uint8Array() };
    case "restore":
      return { t: "restore", id, type: "box", g: { text: "back" } };
    default:
      return draft satisfies never;
  }
}

function createOf(
  { shared, value, isBig }: Omit<Extract<Draft, { readonly t: "create" }>, "t">,
  { freshId, hasRoom }: Seen,
): CreateOp {
  const id = shared === undefined ? freshId : `shared.${shared}`;
  const big = isBig && hasRoom ? { geom: new Uint8Array(BIG_BYTES).fill(value) } : {};
  return { t: "create", id, type: "box", g: { pos: { x: value, y: 0, r: 0 }, text: `${value}`, ...big } };
}

function setOf(id: string, g: "pos" | "text" | "style", value: number): SetOp {
  switch (g) {
    case "pos":
      return { t: "set", id, g, v: { x: value, y: value, r: 0 } };
    case "text":
      return { t: "set", id, g, v: `${value}` };
    case "style":
      return { t: "set", id, g, v: { color: value } };
  }
}

function parentOf(parent: number | null, { shapes }: Seen): string | null {
  return parent === null ? null : (shapes[parent % Math.max(1, shapes.length)]?.[0] ?? null);
}

const who = fc.nat(2);
const value = fc.nat(9);
const pick = fc.nat(30);
const few = fc.integer({ min: 1, max: 4 });

/** An op in the making. */
export const draft: fc.Arbitrary<Draft> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      t: fc.constant("create" as const),
      shared: fc.option(fc.nat(2), { nil: undefined, freq: 5 }),
      value,
      isBig: fc.nat(7).map((chance) => chance === 7),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      t: fc.constant("set" as const),
      g: fc.constantFrom("pos" as const, "text" as const, "style" as const),
      pick,
      value,
    }),
  },
  { weight: 2, arbitrary: fc.record({ t: fc.constant("tree" as const), pick, parent: fc.option(pick) }) },
  { weight: 2, arbitrary: fc.record({ t: fc.constant("del" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ t: fc.constant("restore" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ t: fc.constant("y" as const), pick, value }) },
);

function alone<D extends string>(weight: number, what: D) {
  return { weight, arbitrary: fc.constant({ do: what }) };
}

function some<D extends string>(weight: number, what: D) {
  return { weight, arbitrary: fc.record({ do: fc.constant(what), who, times: few }) };
}

function one<D extends string>(weight: number, what: D) {
  return { weight, arbitrary: fc.record({ do: fc.constant(what), who }) };
}

const point = fc.constantFrom("before" as const, "torn" as const, "after" as const);
const share = fc.nat(19).map((part) => part / 20);

const usual = [
  {
    weight: 24,
    arbitrary: fc.record({
      do: fc.constant("edit" as const),
      who,
      drafts: fc.array(draft, { minLength: 1, maxLength: 3, size: "small" }),
    }),
  },
  some(20, "up" as const),
  some(18, "down" as const),
  some(16, "keep" as const),
  alone(12, "tick" as const),
  alone(12, "fsync" as const),
  one(6, "undo" as const),
  one(3, "redo" as const),
  one(14, "connect" as const),
  one(4, "return" as const),
  one(3, "retry" as const),
  { weight: 2, arbitrary: fc.record({ do: fc.constant("drop" as const), who, isNoticed: fc.boolean() }) },
  alone(4, "ghost" as const),
  { weight: 5, arbitrary: fc.record({ do: fc.constant("slow" as const), who, credit: fc.nat(NEVER_SLOW) }) },
  alone(3, "feed" as const),
  alone(2, "refuse" as const),
  alone(2, "compact" as const),
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reload" as const), who, kept: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash" as const), point, share }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const), point }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("eph" as const), who, value }) },
] as const;

const MAX_ACTIONS = 200;
const LENGTH = { maxLength: MAX_ACTIONS, size: "max" } as const;

/** Steps of a world whose disk is never put back to what it was. */
export const actions: fc.Arbitrary<Action[]> = fc.array(fc.oneof(...usual), LENGTH);

/** Steps of a world that is also restored from backups. */
export const actionsWithRestores: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(...usual, alone(2, "backup" as const), alone(2, "restore" as const)),
  LENGTH,
);
