import { LoadReporter } from "../../../src/placement/placement.ts";
import type { Agenda } from "./agenda.ts";
import { type Ledger, RENEWAL_MS } from "./ledger.ts";
import type { PlannedRoom } from "./rooms.ts";

/** What a node is made of. */
export interface SimulatedNodeParts {
  readonly agenda: Agenda;
  readonly ledger: Ledger;
  readonly bootId: string;
  /** Connections that it takes. */
  readonly capacity: number;
  /** Connections that would fill its event loop. */
  readonly loopCapacity: number;
  /** Whether it tells its load, and not only how many rooms and connections it has. */
  readonly tellsLoad: boolean;
}

/** A newcomer to a room comes within this time after it was made. */
const FILL_MS = 5000;
const FILL_STEPS = 5;
/** As `src/matchmaking` and `src/cluster` have it: a report is made once a second, or sooner where much has changed, and goes with a renewal. */
const REPORT_MS = 1000;
const URGENT_MS = 200;
/** A reading of the event loop is off by so much. */
const LOOP_NOISE = 0.1;

/** A node with its rooms, which reports as a node of the product does, by the product's own reporter. */
export class SimulatedNode {
  readonly bootId: string;
  rooms = 0;
  connections = 0;
  /** Rooms that it was given in all. */
  given = 0;
  readonly #parts: SimulatedNodeParts;
  readonly #reporter: LoadReporter;
  #unsent: ReturnType<LoadReporter["report"]> | undefined;
  #sentMs = 0;

  constructor(parts: SimulatedNodeParts) {
    const { agenda, ledger, bootId, capacity, tellsLoad } = parts;
    this.bootId = bootId;
    this.#parts = parts;
    this.#reporter = new LoadReporter({ clock: agenda, capacity, readings: () => this.#readings() });
    ledger.join(bootId);
    agenda.every(REPORT_MS, () => ledger.count(bootId, { rooms: this.rooms, connections: this.connections }));
    if (!tellsLoad) return;
    this.#report();
    this.#send();
    agenda.every(REPORT_MS, () => this.#report());
    agenda.every(RENEWAL_MS, () => this.#send());
    agenda.every(URGENT_MS, () => this.#hurry());
  }

  /** Share of its event loop that is in use; more than 1 is more than there is. */
  get loop(): number {
    return this.connections / this.#parts.loopCapacity;
  }

  /** Has a room made, which fills, and ends. */
  open(roomId: string, { name, connections, lifeMs }: PlannedRoom): void {
    const { agenda, ledger, bootId } = this.#parts;
    this.rooms++;
    this.given++;
    this.#reporter.opened(roomId, name);
    let present = 0;
    let hasEnded = false;
    for (let step = 1; step <= FILL_STEPS; step++) {
      agenda.after((step * FILL_MS) / FILL_STEPS, () => {
        const wanted = hasEnded ? present : Math.round((connections * step) / FILL_STEPS);
        for (; present < wanted; present++) this.#move(roomId, 1);
      });
    }
    agenda.after(lifeMs, () => {
      hasEnded = true;
      for (; present > 0; present--) this.#move(roomId, -1);
      this.rooms--;
      ledger.destine(bootId, -connections);
      this.#reporter.closed(roomId);
    });
  }

  #move(roomId: string, by: 1 | -1): void {
    this.connections += by;
    if (by > 0) this.#reporter.joined(roomId, "somebody");
    else this.#reporter.left(roomId);
  }

  #report(): void {
    this.#unsent = this.#reporter.report(this.#parts.ledger.known());
  }

  #hurry(): void {
    if (!this.#reporter.isUrgent) return;
    this.#report();
    if (this.#parts.agenda.nowMs() - this.#sentMs >= URGENT_MS) this.#send();
  }

  #send(): void {
    const { agenda, ledger, bootId } = this.#parts;
    this.#sentMs = agenda.nowMs();
    if (this.#unsent) ledger.tell(bootId, this.#unsent, this.#unsent.ledger);
    this.#unsent = undefined;
  }

  #readings() {
    const noise = LOOP_NOISE * (2 * this.#parts.agenda.random() - 1);
    return { loop: Math.max(0, Math.min(1, this.loop + noise)), ticks: 0, egress: 0, memory: 0 };
  }
}
