/**
 * The members of @colyseus/schema that are private in TypeScript and that Arena needs. All in one place, so that an upgrade (it is pinned
 * exactly) has one file to check. Names are of schema 5.0.34.
 */
import {
  $changes,
  $refId,
  ArraySchema,
  type ChangeTree,
  CollectionSchema,
  type Encoder,
  MapSchema,
  type Metadata,
  type Root,
  Schema,
  SetSchema,
  type StateView,
} from "@colyseus/schema";

/** Anything of a state that has an identity on the wire. */
export interface Instance {
  [$changes]: ChangeTree;
  [$refId]?: number | undefined;
}

/** A collection of which each entry has a number on the wire; the next is kept under a text, not the symbol. */
export type Numbered = (SetSchema<unknown> | CollectionSchema<unknown>) & Instance & { $refId: number };

/** The root of an encoder, with the number of its next instance (Root.ts 38). */
export type NumberingRoot = Root & { nextUniqueId: number };

/** What binds a view to a root, and subscribes it to what comes into a collection (StateView.ts). */
interface BindableView {
  _bindRoot(root: Root): void;
  _setSubscribed(tree: ChangeTree): void;
}

/** One field of a schema. */
export interface Field {
  readonly index: number;
  readonly name: string;
}

/** Whether a value has an identity on the wire. */
export function isInstance(value: unknown): value is Instance {
  return typeof value === "object" && value !== null && $changes in value;
}

/** The value as one of what a state is made of; undefined for what cannot be kept. */
export function kindOf(value: Instance): "schema" | "map" | "array" | "numbered" | undefined {
  if (value[$changes].isStreamCollection) return undefined; // which of it each client has, nobody can tell afterwards
  if (value instanceof MapSchema) return "map";
  if (value instanceof ArraySchema) return "array";
  if (value instanceof SetSchema || value instanceof CollectionSchema) return "numbered";
  return value instanceof Schema ? "schema" : undefined;
}

/** Fields of an instance's class, without those that are deprecated: to read one of them throws. */
export function fieldsOf(instance: Schema): readonly Field[] {
  const known = fieldsByClass.get(instance.constructor);
  if (known) return known;
  const metadata = Reflect.get(instance.constructor, Symbol.metadata) as Metadata | undefined; // every class of a schema has it
  const fields: Field[] = [];
  for (const index in metadata) {
    const field = metadata[Number(index)];
    if (field && !field.deprecated) fields.push({ index: Number(index), name: field.name });
  }
  fieldsByClass.set(instance.constructor, fields);
  return fields;
}

const fieldsByClass = new WeakMap<object, readonly Field[]>();

/** The root of an encoder. */
export function rootOf(encoder: Encoder): NumberingRoot {
  return encoder.root as unknown as NumberingRoot; // protected in types only
}

/** The private members of a view. */
export function viewSeams(view: StateView): BindableView {
  return view as unknown as BindableView; // private in types only
}
