/**
 * The whole of a room's state as plain data, with the number of each instance on the wire. A state that is filled from it has the same
 * instances for a decoder that knew the old one: a client that is connected again sees its objects go on, not others in their place.
 */
import {
  $changes,
  $refId,
  ArraySchema,
  CollectionSchema,
  type Encoder,
  MapSchema,
  type Schema,
  SetSchema,
} from "@colyseus/schema";
import {
  fieldsOf,
  type Instance,
  isInstance,
  kindOf,
  type Numbered,
  type NumberingRoot,
  rootOf,
} from "./schema-seams.ts";

/** Kinds of instances, beside the numbers of classes, which are 0 and more. */
const MAP = -1;
const ARRAY = -2;
const SET = -3;
const COLLECTION = -4;

/** An instance: its number, its kind, what is in it. One that stands elsewhere as well is only its number there. */
export type ImageNode =
  | readonly [id: number]
  | readonly [id: number, kind: number, content: readonly unknown[], next?: number];

/** A state. */
export interface StateImage {
  readonly root: ImageNode;
  /** Number that the next new instance would have had. */
  readonly next: number;
}

/**
 * Numbers that are left out after a restore, so that none is given twice: a client may have seen instances that came after the checkpoint.
 * More than a room makes between two checkpoints, also where those fail for minutes; so large that they take 5 bytes.
 */
const NUMBERS_LEFT_OUT = 2 ** 20;

/** The state of an encoder as it is now. @throws Error for what cannot be kept: a stream */
export function imageOf(encoder: Encoder): StateImage {
  return { root: new Imager(encoder).node(encoder.state), next: rootOf(encoder).nextUniqueId };
}

/**
 * Makes the state of an encoder what `image` says. The instances at the root and in fields stay the objects that they are; entries of
 * collections are made anew. Nothing of that is a change that would be sent, so it has to be done before anybody is there.
 *
 * @throws Error for an image that is not one of this state's
 */
export function fillState(encoder: Encoder, image: StateImage): void {
  const filler = new Filler(encoder);
  filler.instance(image.root, encoder.state);
  encoder.discardChanges();
  encoder.discardUnreliableChanges();
  renumber(rootOf(encoder), filler.instances, image.next);
}

class Imager {
  readonly #encoder: Encoder;
  readonly #seen = new Set<number>();

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  node(instance: Instance): ImageNode {
    const id = instance[$refId];
    if (id === undefined) throw new Error("An instance of the state has no number.");
    if (this.#seen.has(id)) return [id];
    this.#seen.add(id);
    switch (kindOf(instance)) {
      case "schema":
        return this.#schema(id, instance as unknown as Schema); // as kindOf says
      case "map":
        return [
          id,
          MAP,
          [...(instance as unknown as MapSchema).entries()].map(([key, value]) => [key, this.#value(value)]),
        ];
      case "array":
        return [id, ARRAY, [...(instance as unknown as ArraySchema).values()].map((value) => this.#value(value))];
      case "numbered":
        return this.#numbered(id, instance as unknown as Numbered);
      default:
        throw new Error("A state with a stream cannot be kept.");
    }
  }

  #value(value: unknown): unknown {
    return isInstance(value) ? this.node(value) : value;
  }

  #schema(id: number, instance: Schema): ImageNode {
    const kind = this.#encoder.context.getTypeId(instance.constructor as typeof Schema); // an instance's class is one
    if (kind === undefined) throw new Error(`${instance.constructor.name} is no class of this state.`);
    const values: unknown[] = [];
    for (const { index, name } of fieldsOf(instance)) values[index] = this.#value(Reflect.get(instance, name));
    return [id, kind, values];
  }

  #numbered(id: number, instance: Numbered): ImageNode {
    const entries: unknown[] = [];
    for (const [index, value] of instance.entries()) entries.push([index, this.#value(value)]);
    return [id, instance instanceof SetSchema ? SET : COLLECTION, entries, instance.$refId];
  }
}

class Filler {
  readonly instances = new Map<number, Instance>();
  readonly #encoder: Encoder;
  readonly #used = new Set<Instance>();

  constructor(encoder: Encoder) {
    this.#encoder = encoder;
  }

  /** The instance of a node: the one that is there already where it may go on as that, else a new one. */
  instance(node: ImageNode, present?: unknown): Instance {
    const [id, kind, content, next = 0] = node;
    const known = this.instances.get(id);
    if (known) return known;
    if (kind === undefined || !content) throw new Error(`The instance ${id} is missing.`);
    const made = this.#make(kind, present);
    this.instances.set(id, made);
    this.#used.add(made);
    if (kind >= 0) this.#fillSchema(made as unknown as Schema, content);
    else if (kind === MAP) this.#fillMap(made as unknown as MapSchema, content);
    else if (kind === ARRAY) this.#fillArray(made as unknown as ArraySchema, content);
    else this.#fillNumbered(made as unknown as Numbered, content, next);
    return made;
  }

  #make(kind: number, present: unknown): Instance {
    const make = kind >= 0 ? this.#encoder.context.get(kind) : COLLECTIONS[kind];
    if (!make) throw new Error(`There is no class ${kind} in this state.`);
    const mayStay = isInstance(present) && !this.#used.has(present) && present.constructor === make;
    return mayStay ? present : (new make() as unknown as Instance); // every class of a state makes instances
  }

  #value(value: unknown, present?: unknown): unknown {
    return Array.isArray(value) ? this.instance(value as unknown as ImageNode, present) : value;
  }

  #fillSchema(instance: Schema, values: readonly unknown[]): void {
    for (const { index, name } of fieldsOf(instance)) {
      const present: unknown = Reflect.get(instance, name);
      const value = this.#value(values[index] ?? undefined, present);
      if (value !== present) Reflect.set(instance, name, value);
    }
  }

  #fillMap(map: MapSchema, entries: readonly unknown[]): void {
    map.clear();
    for (const [key, value] of entries as readonly [string, unknown][]) map.set(key, this.#value(value));
  }

  #fillArray(array: ArraySchema, items: readonly unknown[]): void {
    array.clear();
    array.push(...items.map((item) => this.#value(item)));
  }

  /** An entry keeps its number, and those of entries that came after the checkpoint are not given again. */
  #fillNumbered(entries: Numbered, items: readonly unknown[], next: number): void {
    entries.clear();
    for (const [index, value] of items as readonly [number, unknown][]) {
      entries.$refId = index;
      entries.add(this.#value(value));
    }
    entries.$refId = next + NUMBERS_LEFT_OUT;
  }
}

const COLLECTIONS: Readonly<Record<number, new () => object>> = {
  [MAP]: MapSchema,
  [ARRAY]: ArraySchema,
  [SET]: SetSchema,
  [COLLECTION]: CollectionSchema,
};

/** Gives each instance the number that it had. What the state had before and has no more is nobody's. */
function renumber(root: NumberingRoot, instances: ReadonlyMap<number, Instance>, next: number): void {
  const counts = new Map<Instance, number>();
  for (const [id, tree] of Object.entries(root.changeTrees)) {
    const instance: Instance = tree.ref;
    counts.set(instance, root.refCount[Number(id)] ?? 0);
    instance[$refId] = undefined;
  }
  root.changeTrees = {};
  root.refCount = {};
  for (const [id, instance] of instances) {
    const tree = instance[$changes];
    root.changeTrees[id] = tree;
    root.refCount[id] = counts.get(tree.ref) ?? 1;
    tree.ref[$refId] = id;
    tree.isNew = false; // what is not sent as new is not
  }
  root.nextUniqueId = next + NUMBERS_LEFT_OUT;
}
