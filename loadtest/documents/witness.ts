import { type Connection, connect, openDocument, type SharedDocument } from "../../src/client/client.ts";
import type { Clock } from "../../src/clock/clock.ts";
import { OP_MESSAGES, type OpBatch } from "../../src/protocol/protocol.ts";
import type { DocumentScenario } from "./document-scenario.ts";
import type { SeenEntry } from "./verification.ts";

/** Where a document is, and whose it is. */
export interface DocumentPlace {
  readonly url: string;
  readonly id: string;
  readonly name: string;
  readonly clock: Clock;
}

/** A document that somebody has open. */
export interface OpenedDocument<Op extends object, R extends object> {
  readonly connection: Connection;
  readonly document: SharedDocument<Op, R>;
  close(): Promise<void>;
}

const POLL_MS = 20;

/** Opens the document of a room, with an outbox of its own. `onBatch` hears what the room passes on, from the first entry. */
export async function openAt<Op extends object, R extends object>(
  { url, id, name, clock }: DocumentPlace,
  { room, rules }: Pick<DocumentScenario<Op, R>, "room" | "rules">,
  onBatch: (batch: OpBatch<Op>) => void = () => {},
): Promise<OpenedDocument<Op, R>> {
  const connection = connect({ url, room, options: { id, name }, clock });
  connection.onMessage<OpBatch<Op>>(OP_MESSAGES.BATCH, onBatch);
  const document = await openDocument(connection, { document: rules });
  return {
    connection,
    document,
    close: async () => {
      await document.close();
      await connection.close();
    },
  };
}

/**
 * Waits until something holds.
 *
 * @throws Error saying what, after `timeoutMs`
 */
export async function until(clock: Clock, what: string, timeoutMs: number, holds: () => boolean): Promise<void> {
  const endMs = clock.nowMs() + timeoutMs;
  while (!holds()) {
    if (clock.nowMs() > endMs) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await new Promise<void>((resolve) => void clock.after(POLL_MS, resolve));
  }
}

/** Somebody who only looks on, and sees every entry as it is passed on. */
export class Witness<Op extends object, R extends object> {
  readonly #entries = new Map<number, SeenEntry>();
  readonly #marksOf: (ops: readonly Op[]) => readonly string[];
  #opened: OpenedDocument<Op, R> | undefined;

  private constructor({ marksOf }: Pick<DocumentScenario<Op, R>, "marksOf">) {
    this.#marksOf = marksOf;
  }

  /** Resolves when it sees everything from now on. @throws Error where the document does not come in time */
  static async open<Op extends object, R extends object>(
    place: DocumentPlace,
    scenario: Pick<DocumentScenario<Op, R>, "room" | "rules" | "marksOf">,
    timeoutMs: number,
  ): Promise<Witness<Op, R>> {
    const witness = new Witness<Op, R>(scenario);
    const opened = await openAt(place, scenario, ({ entries }) => witness.#see(entries));
    witness.#opened = opened;
    await until(place.clock, `${place.id}: the document`, timeoutMs, () => opened.document.isLive);
    return witness;
  }

  /** All entries that it saw, in order. */
  get entries(): readonly SeenEntry[] {
    return [...this.#entries.values()].sort((one, other) => one.seq - other.seq);
  }

  /** The last entry that it has. */
  get seq(): number {
    return this.#opened?.document.seq ?? 0;
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }

  #see(entries: OpBatch<Op>["entries"]): void {
    for (const { seq, clientId, n, effects } of entries) {
      this.#entries.set(seq, { seq, clientId, n, marks: this.#marksOf(effects) });
    }
  }
}
