import assert from "node:assert/strict";
import { Callbacks, type Decoder, Encoder, Reflection, type Schema, schema, t } from "@colyseus/schema";
import { decode, encode } from "../../../src/checkpoint/checkpoint.ts";
import { seededRandom } from "../../../src/clock/clock.ts";
import { absencesIn } from "../../../src/room/resync-serializer.ts";
import { fillState, imageOf, type StateImage } from "../../../src/room/state-image.ts";

const Item = schema({ kind: t.string(), level: t.uint16().optional() }, "ImageItem");
const Chest = schema({ items: t.array(Item), lid: Item, marks: t.array("uint8") }, "ImageChest");
const Hero = schema(
  { name: t.string(), x: t.float32(), bag: t.map(Item), hand: Item, chest: Chest, title: t.string().optional() },
  "ImageHero",
);
const Elf = Hero.extend({ ears: t.uint8() }, "ImageElf");
const Tree = schema(
  {
    heroes: t.map(Hero),
    order: t.array(Item),
    numbers: t.array("int32"),
    scores: t.map("int32"),
    tags: t.set("string"),
    pile: t.collection(Item),
    leader: Hero,
    motto: t.string().optional(),
  },
  "ImageTree",
);
type Tree = InstanceType<typeof Tree>;
type Item = InstanceType<typeof Item>;
type Hero = InstanceType<typeof Hero>;

Encoder.BUFFER_SIZE = 512 * 1024;

/** A room's side: a state, and patches of it. */
class Server {
  readonly state = new Tree();
  readonly encoder = new Encoder(this.state);

  /** What comes of the changes since the last patch. */
  patch(): Uint8Array {
    const bytes = this.encoder.encode().slice();
    this.encoder.discardChanges();
    return bytes;
  }

  /** A full state for a client that had one before. */
  resync(): Uint8Array {
    return Buffer.concat([this.encoder.encodeAll(), Uint8Array.from(absencesIn(this.encoder))]);
  }
}

/** A stock SDK's side: what it decodes, and what its callbacks say is there. */
class Client {
  readonly decoder: Decoder;
  readonly heroes = new Set<string>();
  readonly items: string[] = [];

  constructor(server: Server) {
    this.decoder = Reflection.decode(Reflection.encode(server.encoder));
    this.decoder.decode(server.encoder.encodeAll().slice());
    const callbacks = Callbacks.get(this.decoder as never) as unknown as {
      onAdd(name: string, run: (value: unknown, key: string) => void): void;
      onRemove(name: string, run: (value: unknown, key: string) => void): void;
    };
    callbacks.onAdd("heroes", (_hero, key) => this.heroes.add(key));
    callbacks.onRemove("heroes", (_hero, key) => this.heroes.delete(key));
  }

  get state(): unknown {
    return plain(this.decoder.state as Schema);
  }
}

/** Sets and collections have no order. */
function plain(state: Schema): unknown {
  const { tags, pile, ...rest } = state.toJSON() as { tags: unknown[]; pile: unknown[] };
  return { ...rest, tags: tags.toSorted(), pile: pile.map((item) => JSON.stringify(item)).toSorted() };
}

/** The instances of a state, without the numbers that entries to come will have. */
function numbered(server: Server): unknown {
  return JSON.parse(JSON.stringify(imageOf(server.encoder).root), (_key, value) =>
    Array.isArray(value) && value.length === 4 ? value.slice(0, 3) : value,
  );
}

const kept = (image: StateImage): StateImage => decode(encode(image)) as StateImage;

/** What random mutations are made with. */
interface Chance {
  below(bound: number): number;
  pick<T>(from: readonly T[]): T | undefined;
}

function chance(seed: number): Chance {
  const random = seededRandom(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  return { below, pick: (from) => from[below(from.length)] };
}

const newItem = ({ below }: Chance): Item => {
  const item = new Item();
  item.kind = `k${below(9)}`;
  if (below(2) === 0) item.level = below(100);
  return item;
};

const newHero = (dice: Chance): Hero => {
  const hero = dice.below(3) === 0 ? new Elf() : new Hero();
  hero.name = `n${dice.below(99)}`;
  hero.x = dice.below(1000) / 4;
  hero.hand = newItem(dice);
  if (dice.below(2) === 0) {
    hero.chest = new Chest();
    hero.chest.items.push(newItem(dice), newItem(dice));
  }
  return hero;
};

const MUTATIONS: readonly ((state: Tree, dice: Chance) => void)[] = [
  (state, dice) => void state.heroes.set(`h${dice.below(8)}`, newHero(dice)),
  (state, dice) => void state.heroes.delete(`h${dice.below(8)}`),
  (state, dice) => {
    const hero = dice.pick([...state.heroes.values()]);
    if (hero) hero.x = dice.below(1000) / 4;
  },
  (state, dice) => {
    const hero = dice.pick([...state.heroes.values()]);
    if (hero) (hero as { title: string | undefined }).title = dice.below(2) === 0 ? `t${dice.below(9)}` : undefined;
  },
  (state, dice) => {
    const hero = dice.pick([...state.heroes.values()]);
    if (hero) hero.bag.set(`b${dice.below(4)}`, newItem(dice));
  },
  (state, dice) => {
    const hero = dice.pick([...state.heroes.values()]);
    if (hero) hero.bag.delete(`b${dice.below(4)}`);
  },
  (state, dice) => {
    const hero = dice.pick([...state.heroes.values()]);
    if (hero) (hero as { hand: Item | undefined }).hand = dice.below(2) === 0 ? newItem(dice) : undefined;
  },
  (state, dice) => {
    const chest = dice.pick([...state.heroes.values()])?.chest;
    if (chest) chest.items.push(newItem(dice));
  },
  (state, dice) => {
    const chest = dice.pick([...state.heroes.values()])?.chest;
    if (chest) chest.marks.push(dice.below(200));
  },
  (state, dice) => {
    const hero = dice.pick([...state.heroes.values()]);
    if (hero) (hero as { chest: unknown }).chest = dice.below(2) === 0 ? new Chest() : undefined;
  },
  (state, dice) => void state.order.push(newItem(dice)),
  (state) => void state.order.shift(),
  (state, dice) => void state.order.splice(dice.below(3), 1),
  (state) => void state.order.pop(),
  (state, dice) => void state.numbers.push(dice.below(1000)),
  (state) => void state.numbers.shift(),
  (state, dice) => void state.numbers.splice(dice.below(3), 1),
  (state, dice) => void state.scores.set(`s${dice.below(6)}`, dice.below(1000)),
  (state, dice) => void state.scores.delete(`s${dice.below(6)}`),
  (state, dice) => void state.tags.add(`t${dice.below(12)}`),
  (state, dice) => void state.tags.delete(`t${dice.below(12)}`),
  (state, dice) => void state.pile.add(newItem(dice)),
  (state, dice) => {
    const item = dice.pick([...state.pile.values()]);
    if (item) state.pile.delete(item);
  },
  (state, dice) => {
    (state as { motto: string | undefined }).motto = dice.below(2) === 0 ? `m${dice.below(9)}` : undefined;
  },
  (state, dice) => {
    const hero = dice.pick([...state.heroes.values()]); // one instance in two places
    (state as { leader: Hero | undefined }).leader = dice.below(3) === 0 ? undefined : hero;
  },
];

/** Some changes, each patch decoded by who is there. */
function live(server: Server, clients: readonly Client[], dice: Chance): void {
  for (let patches = dice.below(8); patches > 0; patches--) {
    for (let changes = 1 + dice.below(6); changes > 0; changes--) {
      MUTATIONS[dice.below(MUTATIONS.length)]?.(server.state, dice);
    }
    const patch = server.patch();
    for (const client of clients) client.decoder.decode(patch);
  }
}

/** A room made again, as its author's onCreate leaves it, and then filled. */
function restored(image: StateImage, dice: Chance): Server {
  const server = new Server();
  server.state.heroes.set("h1", newHero(dice));
  server.state.numbers.push(7, 8, 9);
  server.state.leader = newHero(dice);
  fillState(server.encoder, kept(image));
  return server;
}

const FIRST_SEED = Number(process.env["SEED"]) || 1;
const seeds = Array.from({ length: Number(process.env["SEEDS"]) || 80 }, (_, index) => index + FIRST_SEED);

describe(`a state that was kept (SEED=${FIRST_SEED})`, () => {
  const { error } = console;
  let complaints: unknown[][] = [];
  beforeEach(() => {
    complaints = [];
    console.error = console.warn = (...words: unknown[]) => void complaints.push(words);
  });
  afterEach(() => {
    console.error = error;
  });

  it("[CKP4] is the same again, with the numbers that its instances had", () => {
    for (const seed of seeds) {
      const dice = chance(seed);
      const before = new Server();
      live(before, [], dice);

      const after = restored(imageOf(before.encoder), dice);

      assert.deepEqual(after.state.toJSON(), before.state.toJSON(), `seed ${seed}`);
      assert.deepEqual(numbered(after), numbered(before), `seed ${seed}`);
    }
  });

  it("[CKP5] leads a client that saw more, and may have seen other instances, to exactly what the server has", () => {
    for (const seed of seeds) {
      const dice = chance(seed);
      let server = new Server();
      live(server, [], dice);
      const client = new Client(server);
      for (let crashes = 0; crashes < 3; crashes++) {
        live(server, [client], dice);
        const image = imageOf(server.encoder);
        live(server, [client], dice); // lost, but for who saw it

        server = restored(image, dice);
        client.decoder.decodeResync(server.resync());
        assert.deepEqual(client.state, plain(server.state), `seed ${seed}, after crash ${crashes}`);
        assert.deepEqual(client.heroes, new Set(server.state.heroes.keys()), `seed ${seed}, after crash ${crashes}`);

        live(server, [client], dice);
        assert.deepEqual(client.state, plain(server.state), `seed ${seed}, after what followed crash ${crashes}`);
        assert.deepEqual(client.heroes, new Set(server.state.heroes.keys()), `seed ${seed}, later`);
        assert.deepEqual(complaints, [], `seed ${seed}`);
      }
    }
  });
});
