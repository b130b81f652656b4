import type { Client } from "@colyseus/core";
import { type Schema, StateView, schema, t } from "@colyseus/schema";

/** A state that changes at random, and what each client should hold of it. */
export interface Scene {
  readonly state: Schema;
  /** Changes the state as one tick does. */
  change(random: () => number): void;
  /** Lets a client that joins see its part, where clients see parts. */
  show?(client: Client): void;
  /** What that client should hold, as plain data; everything unless said otherwise. */
  expected?(sessionId: string): unknown;
}

const Entity = schema({ x: t.int32(), y: t.float32(), name: t.string() }, "SceneEntity");
type Entity = InstanceType<typeof Entity>;

const MOST_ENTITIES = 60;

const below = (random: () => number, bound: number): number => Math.floor(random() * bound);

function entity(random: () => number): Entity {
  return new Entity().assign({ x: below(random, 1000), y: Math.fround(random()), name: `n${below(random, 1000)}` });
}

/** Entities of a map that come, go and move. */
function stir(entities: Map<string, Entity>, random: () => number): void {
  const key = `e${below(random, MOST_ENTITIES)}`;
  const found = entities.get(key);
  if (!found) entities.set(key, entity(random));
  else if (random() < 0.3) entities.delete(key);
  for (const moved of entities.values()) if (random() < 0.2) moved.x += 1;
}

const PlainState = schema(
  { entities: t.map(Entity), round: t.uint32().default(0), title: t.string().default("") },
  "ScenePlain",
);

/** A map of entities and two fields. */
export function plainScene(): Scene {
  const state = new PlainState();
  return {
    state,
    change: (random) => {
      stir(state.entities as unknown as Map<string, Entity>, random); // a MapSchema has these methods of a Map
      state.round++;
      if (random() < 0.1) state.title = `round ${state.round}`;
    },
  };
}

const ViewState = schema({ round: t.uint32().default(0), entities: t.map(Entity).view() }, "SceneView");

/** Entities of which each client sees one always, and of the rest some, and others as time goes. */
export function viewScene(): Scene {
  const state = new ViewState();
  const home = new Entity().assign({ x: 0, y: 0, name: "home" });
  state.entities.set("home", home);
  const viewers = new Map<string, Viewer>();
  return {
    state,
    show: (client) => {
      client.view = new StateView();
      client.view.add(home);
      viewers.set(client.sessionId, { view: client.view, seen: new Set([home]) });
    },
    change: (random) => {
      state.round++;
      stir(state.entities as unknown as Map<string, Entity>, random); // as above
      const present = new Set([...state.entities.values()]);
      for (const viewer of viewers.values()) lookAround(viewer, present, random);
    },
    expected: (sessionId) => {
      const seen = viewers.get(sessionId)?.seen ?? new Set();
      const entities = [...state.entities.entries()].filter(([, one]) => seen.has(one));
      return { round: state.round, entities: Object.fromEntries(entities.map(([key, one]) => [key, one.toJSON()])) };
    },
  };
}

interface Viewer {
  readonly view: StateView;
  readonly seen: Set<Entity>;
}

/** Hides one entity that is seen, or shows one that is not; the first, home, stays in sight. */
function lookAround({ view, seen }: Viewer, present: ReadonlySet<Entity>, random: () => number): void {
  for (const one of seen) if (!present.has(one)) seen.delete(one);
  const toggled = [...present][1 + below(random, present.size - 1)];
  if (!toggled) return;
  if (seen.delete(toggled)) {
    view.remove(toggled);
  } else {
    view.add(toggled);
    seen.add(toggled);
  }
}

const ArrayState = schema({ numbers: t.array("int32"), entities: t.array(Entity) }, "SceneArray");

/** Arrays of numbers and of entities that grow and shrink at both ends and in the middle. */
export function arrayScene(): Scene {
  const state = new ArrayState();
  return {
    state,
    change: (random) => {
      for (const [array, make] of [
        [state.numbers, () => below(random, 1000)],
        [state.entities, () => entity(random)],
      ] as const) {
        reshape(array as unknown as unknown[], make, random); // an ArraySchema has these methods of an array
      }
      const moved = state.entities[below(random, state.entities.length)];
      if (moved) moved.x += 1;
    },
  };
}

function reshape(array: unknown[], make: () => unknown, random: () => number): void {
  const dice = array.length > MOST_ENTITIES ? 0.5 + random() / 2 : random();
  if (dice < 0.5) array.push(make());
  else if (dice < 0.75) array.shift();
  else array.splice(below(random, array.length), 1);
}

const Bag = schema({ items: t.map(Entity), best: Entity }, "SceneBag");
const Team = schema({ bags: t.map(Bag), score: t.uint32().default(0) }, "SceneTeam");
const NestedState = schema({ teams: t.map(Team) }, "SceneNested");

/** Maps of maps whose branches come and go whole. */
export function nestedScene(): Scene {
  const state = new NestedState();
  return {
    state,
    change: (random) => {
      const [teamKey, bagKey] = [`t${below(random, 4)}`, `b${below(random, 4)}`];
      const team = state.teams.get(teamKey) ?? new Team();
      if (!state.teams.has(teamKey)) state.teams.set(teamKey, team);
      team.score++;
      const bag = team.bags.get(bagKey) ?? new Bag().assign({ best: entity(random) });
      if (!team.bags.has(bagKey)) team.bags.set(bagKey, bag);
      if (random() < 0.2) bag.best = entity(random);
      stir(bag.items as unknown as Map<string, Entity>, random); // as above
      if (random() < 0.05) team.bags.delete(bagKey);
      if (random() < 0.02) state.teams.delete(teamKey);
    },
  };
}
