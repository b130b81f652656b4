import { type Client, SchemaSerializer } from "@colyseus/core";
import { $filter, type ChangeTree, type Encoder, encode, OPERATION, Schema, type StateView } from "@colyseus/schema";
import { fieldsOf, rootOf } from "./schema-seams.ts";

/** Says whose fields follow. */
const SWITCH_TO_STRUCTURE = 255;
const NOTHING = new Uint8Array();

/**
 * Colyseus' serializer, whose full states also say what is not there to a client that had one before. A decoder that gets a full state
 * takes out the entries of collections that are not in it, and keeps fields that are not: they have to be taken out by name.
 */
export class ResyncSerializer extends SchemaSerializer<Schema> {
  readonly #informed = new WeakSet<object>();
  #shared: { readonly state: Uint8Array; readonly absences: Uint8Array } | undefined;

  /** A client comes that has had a state of this room, on another connection. */
  expect(client: Client): void {
    this.#informed.add(client);
  }

  override getFullState(...[client, timing]: Parameters<SchemaSerializer<Schema>["getFullState"]>): Uint8Array {
    const state = super.getFullState(client, timing);
    if (!client) return state;
    const isInformed = this.#informed.has(client);
    this.#informed.add(client);
    const absences = isInformed ? this.#absencesFor(client) : NOTHING;
    return absences.length === 0 ? state : Buffer.concat([state, absences]);
  }

  /** Those without a view lack the same, which is looked for once for each encoding of the state. */
  #absencesFor(client: Client): Uint8Array {
    const view = this.hasFilters ? client.view : undefined;
    if (view) return Uint8Array.from(absencesIn(this.encoder, view));
    const state = this.fullEncodeCache;
    if (this.#shared?.state !== state) this.#shared = { state, absences: Uint8Array.from(absencesIn(this.encoder)) };
    return this.#shared.absences;
  }

  /** What encodes the state. */
  get stateEncoder(): Encoder {
    return this.encoder;
  }
}

/** Operations that delete each field which a full state leaves out. */
export function absencesIn(encoder: Encoder, view?: StateView): number[] {
  const bytes: number[] = [];
  for (const [id, tree] of Object.entries(rootOf(encoder).changeTrees)) {
    const absent = absentIn(tree, view);
    if (absent.length === 0) continue;
    bytes.push(SWITCH_TO_STRUCTURE);
    encode.number(bytes, Number(id), { offset: bytes.length });
    for (const index of absent) bytes.push(OPERATION.DELETE | index);
  }
  return bytes;
}

/** Fields of an instance, where a client knows it, that are not in the client's full state. */
function absentIn(tree: ChangeTree, view: StateView | undefined): readonly number[] {
  const instance: unknown = tree.ref;
  const isKnown = !tree.isFiltered || view?.isChangeTreeVisible(tree);
  if (!(instance instanceof Schema) || !isKnown) return [];
  const { tags } = tree.encDescriptor;
  const isShown = (index: number): boolean => {
    if (!tree.isFiltered && tags[index] === undefined) return true;
    return view?.isChangeTreeVisible(tree) === true && Schema[$filter](instance, index, view);
  };
  return fieldsOf(instance)
    .filter(({ index, name }) => (Reflect.get(instance, name) ?? undefined) === undefined || !isShown(index))
    .map(({ index }) => index);
}
