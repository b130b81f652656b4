import { Agenda } from "./agenda.ts";
import { Ledger } from "./ledger.ts";
import { findRoom, type PlannedRoom, planRoom, stockOf } from "./rooms.ts";
import type { Placer, Rule } from "./rules.ts";
import { SimulatedNode } from "./simulated-node.ts";

/** A cluster, and what plays on it. */
export interface SimulationOptions {
  readonly nodes: number;
  /** On all nodes together, in the long run. */
  readonly connections: number;
  readonly rule: Rule;
  readonly seed: number;
  /** Connections that a node takes. */
  readonly capacity: number;
  /** How much of the first node's event loop something else than its rooms leaves to them; 1 is all. */
  readonly loopLeft: number;
}

/** Processes that give rooms to nodes. */
const PLACERS = 4;
/** A room is there so long after it was given to a node. */
const CREATION_MS = 50;
/** The rooms of the beginning come within this time, one after another. */
const STOCK_MS = 60_000;
const BURST_MS = 1000;
const MS_PER_S = 1000;
/** Event loops are full at so many times the connections of an even share. */
const LOOP_HEADROOM = 2.5;

/** A cluster in simulated time. Equal options give equal figures. */
export class Simulation {
  readonly nodes: SimulatedNode[] = [];
  readonly #options: SimulationOptions;
  readonly #agenda: Agenda;
  readonly #ledger: Ledger;
  readonly #placers: readonly Placer[];
  #rooms = 0;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#agenda = new Agenda(options.seed);
    this.#ledger = new Ledger(this.#agenda);
    this.join(options.nodes);
    this.#placers = Array.from({ length: PLACERS }, () => options.rule.placer(this.#agenda, this.#ledger));
    const { rooms, perSecond } = stockOf(options.connections);
    this.#keepMaking(MS_PER_S / perSecond);
    for (let room = 0; room < rooms; room++) this.#agenda.after((room / rooms) * STOCK_MS, () => this.#make(findRoom));
  }

  /** So many nodes are there from now on. */
  join(nodes: number): void {
    const { connections, nodes: first, capacity, rule, loopLeft } = this.#options;
    for (let node = 0; node < nodes; node++) {
      const bootId = `node-${this.nodes.length}`;
      const loopCapacity = (LOOP_HEADROOM * connections * (this.nodes.length === 0 ? loopLeft : 1)) / first;
      const { tellsLoad } = rule;
      this.nodes.push(
        new SimulatedNode({ agenda: this.#agenda, ledger: this.#ledger, bootId, capacity, loopCapacity, tellsLoad }),
      );
    }
  }

  /** Has so many rooms made within a second, the time between two reports, besides those that come anyway. */
  burst(rooms: number): void {
    for (let room = 0; room < rooms; room++) this.#agenda.after((room / rooms) * BURST_MS, () => this.#make(planRoom));
  }

  /** Lets time pass, and gives what `read` says once a second. */
  run<T>(seconds: number, read: (simulation: Simulation) => T): readonly T[] {
    return Array.from({ length: seconds }, () => {
      this.#agenda.run(MS_PER_S);
      return read(this);
    });
  }

  /** Rooms come by chance, so many ms one after another on average. */
  #keepMaking(meanMs: number): void {
    let dueMs = 0;
    const next = (): void => {
      while (dueMs <= this.#agenda.nowMs()) {
        this.#make(planRoom);
        dueMs += -Math.log(1 - this.#agenda.random()) * meanMs;
      }
      this.#agenda.after(dueMs - this.#agenda.nowMs(), next);
    };
    next();
  }

  #make(plan: (random: () => number) => PlannedRoom): void {
    const { random } = this.#agenda;
    const room = plan(random);
    const id = `room-${this.#rooms++}`;
    const bootId = this.#placers[Math.floor(random() * PLACERS)]?.place({ id, name: room.name });
    const node = this.nodes.find((each) => each.bootId === bootId);
    if (!node) throw new Error(`There is no node ${bootId}.`);
    this.#ledger.destine(node.bootId, room.connections);
    this.#agenda.after(CREATION_MS, () => node.open(id, room));
  }
}

/** The most connections of a node as a multiple of the mean. */
export function unevenness(nodes: readonly { readonly connections: number }[]): number {
  const counts = nodes.map(({ connections }) => connections);
  return Math.max(...counts) / (counts.reduce((sum, count) => sum + count, 0) / counts.length);
}
