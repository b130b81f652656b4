import { Placement } from "../../../src/placement/placement.ts";
import type { Agenda } from "./agenda.ts";
import { type Ledger, RENEWAL_MS } from "./ledger.ts";

/** A process that gives rooms to nodes. */
export interface Placer {
  /** Boot of the node that gets the room, which is noted there. */
  place(room: { readonly id: string; readonly name: string }): string;
}

/** A rule by which rooms are given to nodes. */
export interface Rule {
  readonly title: string;
  /** Whether nodes tell their load, and not only how many rooms and connections they have. */
  readonly tellsLoad: boolean;
  readonly placer: (agenda: Agenda, ledger: Ledger) => Placer;
}

/** Arena's own code, which sees what the last renewal brought. */
function arena(agenda: Agenda, ledger: Ledger): Placer {
  const placement = new Placement(agenda);
  let seen = ledger.view();
  agenda.every(RENEWAL_MS, () => {
    seen = ledger.view();
  });
  return {
    place({ id, name }) {
      const { order, weight } = placement.choose({ id, name }, seen);
      for (const bootId of order) {
        ledger.reserve(bootId, id, weight);
        return bootId;
      }
      return pick(
        seen.map(({ bootId }) => bootId),
        agenda,
      );
    },
  };
}

/** Colyseus' `selectProcessIdToCreateRoom`, unless it is given another: the process with the fewest rooms, the first of several. */
function fewestRooms(_agenda: Agenda, ledger: Ledger): Placer {
  return { place: () => least(ledger.counts(), ({ rooms }) => rooms) };
}

/** The one of two by chance that has fewer connections. */
function twoChoices(agenda: Agenda, ledger: Ledger): Placer {
  return {
    place() {
      const counts = [...ledger.counts()];
      return least([pick(counts, agenda), pick(counts, agenda)], ({ connections }) => connections);
    },
  };
}

/** The least of all nodes, for who knows at any moment what each room will have come to: as even as it gets without moving rooms. */
function allKnowing(_agenda: Agenda, ledger: Ledger): Placer {
  return { place: () => least(ledger.destined(), (connections) => connections) };
}

function byChance(agenda: Agenda, ledger: Ledger): Placer {
  return { place: () => pick([...ledger.counts().keys()], agenda) };
}

/** The rules that are compared. */
export const RULES: readonly Rule[] = [
  { title: "Arena", tellsLoad: true, placer: arena },
  { title: "fewest rooms (Colyseus)", tellsLoad: false, placer: fewestRooms },
  { title: "fewer connections of two", tellsLoad: false, placer: twoChoices },
  { title: "by chance", tellsLoad: false, placer: byChance },
  { title: "all-knowing", tellsLoad: false, placer: allKnowing },
];

function least<T>(nodes: Iterable<readonly [string, T]>, amountOf: (told: T) => number): string {
  let [chosen, lowest] = ["", Number.POSITIVE_INFINITY];
  for (const [bootId, told] of nodes) {
    const amount = amountOf(told);
    if (amount < lowest) [chosen, lowest] = [bootId, amount];
  }
  return chosen;
}

function pick<T>(all: readonly T[], agenda: Agenda): T {
  return all[Math.floor(agenda.random() * all.length)] as T; // there is at least one node
}
