import type { BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Step } from "./words.ts";

/** What somebody did without a pause. */
export interface Chapter {
  readonly userId: string;
  /** The first and the last step of it. */
  readonly from: number;
  readonly to: number;
  /** When it was finished, in ms since 1970. */
  readonly at: number;
  /** In plain words, to follow the name: "drew 12 strokes". */
  readonly what: string;
  /** Ids of the shapes that it is about. */
  readonly ids: readonly string[];
}

/** A longer pause begins another chapter. */
const PAUSE_MS = 60_000;
/** So that the list also has something to point at where somebody works on without a pause. */
const MAX_STEPS = 60;
/** More doings than this in one line would be read by nobody. */
const MAX_PHRASES = 3;

/**
 * Tells who did what, newest last. What is not to be seen on the board, as a message, is left out.
 *
 * @param kindOf the kind of a shape that is not created in these steps; undefined where that is not known
 */
export function storyOf(steps: readonly Step[], kindOf: (id: string) => string | undefined): readonly Chapter[] {
  const kinds = kindsOf(steps);
  const kind = (id: string): string => kinds.get(id) ?? kindOf(id) ?? "shape";
  return chaptersOf(steps).map((chapter) => tell(chapter, kind));
}

/** The steps after which the board looks different, or is open for others: messages and signatures are none. */
export function visibleSteps<S extends Step>(steps: readonly S[]): readonly S[] {
  return steps.filter(({ effects }) => effects.some(isVisible));
}

function chaptersOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const chapters: Step[][] = [];
  for (const step of visibleSteps(steps)) {
    const chapter = chapters.at(-1);
    const last = chapter?.at(-1);
    const goesOn = last?.userId === step.userId && step.ts - last.ts <= PAUSE_MS && (chapter?.length ?? 0) < MAX_STEPS;
    if (chapter && goesOn) chapter.push(step);
    else chapters.push([step]);
  }
  return chapters;
}

function tell(steps: readonly Step[], kindOf: (id: string) => string): Chapter {
  const [first] = steps;
  const last = steps.at(-1);
  if (!first || !last) throw new RangeError("A chapter has a step.");
  const deeds = deedsOf(steps, kindOf);
  return {
    userId: first.userId,
    from: first.seq,
    to: last.seq,
    at: last.ts,
    what: phrasesOf(deeds),
    ids: [...new Set(deeds.flatMap(({ id }) => id ?? []))],
  };
}

/** One thing that was done to one shape, or to the board. */
interface Deed {
  readonly verb: string;
  readonly kind: string;
  /** Of the shape; undefined where it is about the board. */
  readonly id: string | undefined;
}

/** Each deed once, however many steps it took. What was done to a shape that was just made is part of making it. */
function deedsOf(steps: readonly Step[], kindOf: (id: string) => string): readonly Deed[] {
  const deeds = new Map<string, Deed>();
  const made = new Set<string>();
  for (const { effects } of steps) {
    const isResizing = effects.some((op) => op.t === "set" && op.g === "size");
    for (const op of effects.filter(isVisible)) {
      const deed = deedOf(op, isResizing, kindOf);
      if (op.t === "create") made.add(op.id);
      const isPartOfMaking = deed.id !== undefined && made.has(deed.id) && op.t !== "create" && op.t !== "del";
      if (!isPartOfMaking) deeds.set(`${deed.verb} ${deed.id}`, deed);
    }
  }
  return [...deeds.values()];
}

function deedOf(op: BoardOp, isResizing: boolean, kindOf: (id: string) => string): Deed {
  const id = "id" in op ? op.id : undefined;
  return { verb: verbOf(op, isResizing, kindOf), kind: id === undefined ? "" : kindOf(id), id };
}

const SET_VERBS: Readonly<Record<string, string>> = {
  pos: "moved",
  size: "resized",
  tree: "changed the order of",
  style: "restyled",
  geom: "reshaped",
  text: "wrote in",
  lock: "locked",
  image: "changed",
  meta: "changed",
};
const DELETED = "deleted";
/** Shapes of several kinds. */
const ANY_KIND = "shape";
const DRAWN = new Set(["stroke", "line", "arrow", "rect", "ellipse"]);

function verbOf(op: BoardOp, isResizing: boolean, kindOf: (id: string) => string): string {
  switch (op.t) {
    case "create":
      return DRAWN.has(kindOf(op.id)) ? "drew" : "added";
    case "set":
      return isResizing && op.g === "pos" ? "resized" : (SET_VERBS[op.g] ?? "changed");
    case "unset":
      return op.g === "lock" ? "unlocked" : "changed";
    case "del":
      return DELETED;
    case "restore":
      return "brought back";
    case "y":
      return "wrote in";
    default:
      return otherVerb(op);
  }
}

/** What is done to the board as a whole; its words say all. */
function otherVerb(op: object): string {
  const { t, everyone }: { t?: unknown; everyone?: unknown } = op;
  if (t === "own") return "became the owner";
  if (t === "withdraw") return "withdrew all invitations";
  if (t !== "share") return "changed the board";
  if (everyone === "editor") return "let everyone edit";
  return everyone === "viewer" ? "let everyone look, and not edit" : "closed the board to those who are not invited";
}

/** Messages and signatures are not part of what is drawn. */
function isVisible(op: BoardOp): boolean {
  const t: string = op.t;
  return t !== "say" && t !== "sign";
}

/** The same thing, done to so many of a kind. */
interface Phrase {
  readonly verb: string;
  readonly kind: string;
  readonly count: number;
}

function phrasesOf(deeds: readonly Deed[]): string {
  const byPhrase = new Map<string, Phrase>();
  for (const { verb, kind } of deeds) {
    const key = verb === DELETED ? verb : `${verb} ${kind}`;
    const phrase = byPhrase.get(key) ?? { verb, kind, count: 0 };
    byPhrase.set(key, { verb, kind: phrase.kind === kind ? kind : ANY_KIND, count: phrase.count + 1 });
  }
  const phrases = [...byPhrase.values()].sort((one, other) => weightOf(other) - weightOf(one));
  const [more, most] = [phrases.slice(MAX_PHRASES), phrases.slice(0, MAX_PHRASES).map(phraseOf)];
  return listed(more.length > 0 ? [...most, "did more"] : most);
}

/** What is done most often is named first; before that what somebody looks for who misses something. */
function weightOf({ verb, kind, count }: Phrase): number {
  if (kind === "") return Number.MAX_SAFE_INTEGER;
  return verb === DELETED ? Number.MAX_SAFE_INTEGER - 1 : count;
}

function phraseOf({ verb, kind, count }: Phrase): string {
  return kind === "" ? verb : `${verb} ${countedKind(kind, count)}`;
}

const NAMES: Readonly<Record<string, readonly [one: string, many: string]>> = {
  stroke: ["a stroke", "strokes"],
  rect: ["a rectangle", "rectangles"],
  ellipse: ["an ellipse", "ellipses"],
  line: ["a line", "lines"],
  arrow: ["an arrow", "arrows"],
  note: ["a note", "notes"],
  text: ["a text", "texts"],
  image: ["an image", "images"],
};

function countedKind(kind: string, count: number): string {
  const [one, many] = NAMES[kind] ?? ["a shape", "shapes"];
  return count === 1 ? one : `${count} ${many}`;
}

function listed(phrases: readonly string[]): string {
  return phrases.length < 2 ? phrases.join("") : `${phrases.slice(0, -1).join(", ")} and ${phrases.at(-1)}`;
}

function kindsOf(steps: readonly Step[]): ReadonlyMap<string, string> {
  const kinds = new Map<string, string>();
  for (const { effects } of steps) {
    for (const op of effects) if (op.t === "create" || op.t === "restore") kinds.set(op.id, op.type);
  }
  return kinds;
}
