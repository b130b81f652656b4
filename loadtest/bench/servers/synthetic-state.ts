import { schema, t } from "@colyseus/schema";

const Entity = schema({ x: t.float32(), y: t.float32() }, "Entity");

/** The state of Arena's room `synthetic`, field by field. */
export const SyntheticState = schema({ entities: t.map(Entity) }, "Synthetic");
export type SyntheticState = InstanceType<typeof SyntheticState>;

const FIELD = 1000;

/** Moves entities round and round, as Arena's room does. */
export class Mover {
  readonly #state: SyntheticState;
  readonly #entities: number;
  #next = 0;

  /** Fills the state with `entities`. */
  constructor(state: SyntheticState, entities: number) {
    this.#state = state;
    this.#entities = entities;
    for (let index = 0; index < entities; index++) state.entities.set(`e${index}`, place(new Entity()));
  }

  /** Moves the next `count`. */
  move(count: number): void {
    for (let moved = 0; moved < Math.min(count, this.#entities); moved++) {
      const entity = this.#state.entities.get(`e${this.#next}`);
      if (entity) place(entity);
      this.#next = (this.#next + 1) % this.#entities;
    }
  }
}

function place(entity: InstanceType<typeof Entity>): InstanceType<typeof Entity> {
  entity.x = Math.fround(Math.random() * FIELD);
  entity.y = Math.fround(Math.random() * FIELD);
  return entity;
}
