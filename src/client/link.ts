import type { Room } from "@colyseus/sdk";
import type { Stop } from "../clock/clock.ts";
import { BACKOFF_LIMITS, backoffMs, spreadMs } from "./backoff.ts";
import { Joining, type JoiningParts } from "./joining.ts";
import { judgeClose, judgeFailure, type Reason, type Verdict } from "./loss.ts";
import type { Network } from "./network.ts";
import { watchSilence } from "./silence.ts";

/**
 * Whether the server can be reached. "reconnecting": it cannot, and is tried again. "offline": this machine has no network;
 * tried again when it has. "refused": the server does not want this client, and only `retry` tries again. "closed": by
 * whoever opened it.
 */
export type Status = "online" | "reconnecting" | "offline" | "refused" | "closed";

/** More about a status. */
export interface StatusDetail {
  /** Why it is not online; undefined before the first attempt. */
  readonly reason?: Reason | undefined;
  /** When the next attempt is made, in ms from now; undefined where none is planned or one is under way. */
  readonly retryInMs?: number | undefined;
}

/** What a link is made of. */
export interface LinkParts extends JoiningParts {
  readonly network: Network;
  /** A room is there; on the way to it nothing was missed, and nothing is kept of an earlier one. */
  readonly onJoined: (room: Room) => void;
  /** The room is another process' now, and the line to it has stayed: what is not in its state is new to it. */
  readonly onMoved: () => void;
  /** The room is no longer there. */
  readonly onLost: () => void;
  readonly onStatus: (status: Status, detail: StatusDetail) => void;
}

/** A connection that lasted as long as this counts as a success: the next waits begin small again. */
const STABLE_MS = 5000;
/** Those who hear at once that the network is back do not all come at once. */
const WAKE_SPREAD_MS = 500;
/** So many tokens in a row that the server does not take are enough. */
const MAX_TOKENS_REFUSED = 3;

/** Takes a seat in a room and takes it again, or another, whenever it is lost, until closed or refused. */
export class Link {
  readonly #parts: LinkParts;
  readonly #joining: Joining;
  #status: Status = "reconnecting";
  #room: Room | undefined;
  #joinedAtMs = 0;
  #attempts = 0;
  #tokensRefused = 0;
  /** Not before this moment does the server want to see this client again. */
  #floorAtMs = 0;
  /** Rises with every attempt and everything that makes one pointless. */
  #turn = 0;
  #isTrying = false;
  #stopTimer: Stop = () => {};
  #stopWatching: Stop = () => {};
  readonly #stopNetwork: Stop;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#joining = new Joining(parts);
    this.#stopNetwork = parts.network.watch((change) => this.#onNetwork(change));
  }

  get status(): Status {
    return this.#status;
  }

  /** The room, while there is one. */
  get room(): Room | undefined {
    return this.#room;
  }

  /** Makes an attempt now, unless there is a room, one is under way, or it was closed. */
  retry(): void {
    if (this.#room || this.#isTrying || this.#status === "closed") return;
    if (this.#status === "refused") this.#tokensRefused = 0;
    this.#schedule(0, undefined);
  }

  /** The room says nothing any more, or nothing that helps: take another seat. */
  restart(reason: Reason): void {
    const room = this.#room;
    if (!room) return;
    this.#joining.let(room);
    this.#lost(room, { kind: "retry", reason, floorMs: 0, keepsSeat: true });
  }

  /** Gives the seat up. Nothing is told after it. */
  async close(): Promise<void> {
    if (this.#status === "closed") return;
    const room = this.#room;
    this.#turn++;
    this.#stopTimer();
    this.#stopWatching();
    this.#stopNetwork();
    this.#room = undefined;
    if (room) this.#parts.onLost();
    this.#setStatus("closed", {});
    if (room) await this.#joining.leave(room);
  }

  #onNetwork(change: "online" | "offline" | "visible"): void {
    if (this.#status === "refused") return;
    if (change === "offline") {
      this.#goOffline();
    } else if (!this.#room && !this.#isTrying) {
      const { clock } = this.#parts;
      const wakeMs = change === "online" ? clock.random() * WAKE_SPREAD_MS : 0;
      this.#schedule(Math.max(wakeMs, this.#floorAtMs - clock.nowMs()), undefined);
    }
  }

  #goOffline(): void {
    const reason = { code: "OFFLINE", detail: "This machine has no network." };
    if (this.#room) {
      this.restart(reason);
      return;
    }
    this.#turn++;
    this.#isTrying = false;
    this.#stopTimer();
    this.#setStatus("offline", { reason });
  }

  #schedule(delayMs: number, reason: Reason | undefined): void {
    this.#stopTimer();
    if (!this.#parts.network.isOnline) {
      this.#setStatus("offline", { reason });
      return;
    }
    this.#setStatus("reconnecting", { reason, retryInMs: delayMs });
    this.#stopTimer = this.#parts.clock.after(delayMs, () => void this.#try());
  }

  async #try(): Promise<void> {
    const turn = ++this.#turn;
    this.#isTrying = true;
    try {
      const room = await this.#joining.join();
      if (turn === this.#turn) this.#adopt(room);
      else await this.#joining.leave(room);
    } catch (error) {
      if (turn === this.#turn) this.#follow(judgeFailure(error, this.#parts.answers.refused));
    } finally {
      if (turn === this.#turn) this.#isTrying = false;
    }
  }

  #adopt(room: Room): void {
    const { clock, credentials, onJoined, onMoved } = this.#parts;
    room.reconnection.enabled = false; // the SDK's own gives up too early, and knows no hints
    this.#room = room;
    this.#joining.seat.drop();
    this.#joinedAtMs = clock.nowMs();
    room.onLeave((code, reason) => this.#lost(room, judgeClose(code, reason)));
    // The SDK says that it has its seat back only after it has told of it.
    room.onReconnect(() => queueMicrotask(() => room === this.#room && onMoved()));
    const stopSilence = watchSilence(room, clock, () =>
      this.restart({ code: "SILENT", detail: "The server is silent." }),
    );
    const stopRenewing = credentials.keepFresh(room);
    this.#stopWatching = () => {
      stopSilence();
      stopRenewing();
    };
    this.#setStatus("online", {});
    onJoined(room);
  }

  #lost(room: Room, verdict: Verdict): void {
    if (room !== this.#room) return;
    const { clock, onLost } = this.#parts;
    this.#room = undefined;
    this.#stopWatching();
    if (clock.nowMs() - this.#joinedAtMs >= STABLE_MS) {
      this.#attempts = 0;
      this.#tokensRefused = 0;
    }
    if (verdict.kind !== "final") this.#joining.seat.keep(room.reconnectionToken);
    onLost();
    this.#follow(verdict);
  }

  #follow(verdict: Verdict): void {
    const { clock, credentials } = this.#parts;
    if (verdict.kind === "token" && credentials.refused() && ++this.#tokensRefused < MAX_TOKENS_REFUSED) {
      if (this.#tokensRefused === 1)
        this.#schedule(0, verdict.reason); // a server that was started anew knows no old one
      else this.#wait(verdict.reason, 0);
    } else if (verdict.kind === "retry") {
      if (!verdict.keepsSeat) this.#joining.seat.drop();
      const floorMs = spreadMs(verdict.floorMs, clock.random());
      this.#floorAtMs = clock.nowMs() + floorMs;
      this.#wait(verdict.reason, floorMs);
    } else {
      this.#setStatus("refused", { reason: verdict.reason });
    }
  }

  #wait(reason: Reason, floorMs: number): void {
    const delayMs = backoffMs(this.#attempts++, this.#parts.clock.random(), BACKOFF_LIMITS);
    this.#schedule(Math.max(floorMs, delayMs), reason);
  }

  #setStatus(status: Status, detail: StatusDetail): void {
    this.#status = status;
    this.#parts.onStatus(status, detail);
  }
}
