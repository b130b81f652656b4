import { isShape } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Clock, EphemeralListener } from "../../../../src/client/client.ts";
import { itemOf } from "../model/item.ts";
import type { BoardDocument, Draft, Scene, Stop } from "../words.ts";
import { type Ink, readDraft, readInk } from "./read.ts";
import { InkShow, type PlacedById, ShapeShow, type Show, TransformShow } from "./shows.ts";

/** What others' drafts need. */
export interface OthersDraftsParts {
  readonly ephemeral: { onChange(listener: EphemeralListener): Stop };
  readonly scene: Pick<Scene, "setDraft">;
  /** Followed after the scene does. */
  readonly document: Pick<BoardDocument, "get" | "onChange">;
  readonly clock: Pick<Clock, "nowMs">;
  /** Runs something before each frame that is painted, until stopped. */
  readonly everyFrame: (run: () => void) => Stop;
}

/** A draft that has ended is shown until what came of it is there, but no longer. */
const LINGER_MS = 1000;
/** Most drafts that are shown at a time; what comes beyond is seen when it is pushed. */
const MAX_SHOWN = 256;

/** A show, whose it is and since when it has ended. */
interface Running {
  readonly owner: string;
  readonly sessionId: string;
  readonly show: Show;
  /** What makes a draft the same one as before. */
  readonly gesture: string;
  endedMs?: number;
  shown?: Draft | undefined;
}

/** Shows what others are doing, moving smoothly, until it is pushed or they are gone. */
export class OthersDrafts {
  readonly #parts: OthersDraftsParts;
  readonly #running = new Set<Running>();
  readonly #placed: PlacedById;
  readonly #stops: readonly Stop[];
  #stopFrames: Stop | undefined;
  #made = 0;

  constructor(parts: OthersDraftsParts) {
    this.#parts = parts;
    this.#placed = (id) => {
      const record = parts.document.get(id);
      return isShape(record) ? itemOf(id, record) : undefined;
    };
    this.#stops = [
      parts.ephemeral.onChange((sessionId, key, value) => this.#onValue(sessionId, key, value)),
      // At once: a draft that is over a record which has its change already would show that twice for a moment.
      parts.document.onChange(() => this.#frame()),
    ];
  }

  /** Shows nothing any more. */
  close(): void {
    for (const stop of this.#stops) stop();
    for (const running of [...this.#running]) this.#remove(running);
  }

  #onValue(sessionId: string, key: string, value: unknown): void {
    const part = /^ink:(\d{1,2})$/.exec(key)?.[1];
    if (key === "draft") this.#onDraft(sessionId, readDraft(value));
    else if (part !== undefined) this.#onInk(sessionId, Number(part), readInk(value));
  }

  #onDraft(sessionId: string, draft: Draft | undefined): void {
    const nowMs = this.#parts.clock.nowMs();
    const gesture = draft && gestureOf(draft);
    const placed = this.#placed;
    this.#endAll(sessionId, (running) => !running.gesture.startsWith("ink") && running.gesture !== gesture);
    if (!draft || gesture === undefined) return;
    const show = this.#find(sessionId, gesture)?.show;
    if (draft.t === "transform") {
      if (show instanceof TransformShow) show.add(draft, nowMs);
      else this.#begin(sessionId, gesture, new TransformShow(draft, placed, nowMs));
    } else if (show instanceof ShapeShow) show.add(draft, nowMs);
    else this.#begin(sessionId, gesture, new ShapeShow(draft, placed, nowMs));
  }

  #onInk(sessionId: string, part: number, ink: Ink | undefined): void {
    const gesture = ink && `ink ${ink.id}`;
    const isOther = (running: Running): boolean => running.gesture.startsWith("ink") && running.gesture !== gesture;
    if (part === 0) this.#endAll(sessionId, isOther);
    if (!ink || gesture === undefined) return;
    const known = this.#find(sessionId, gesture)?.show;
    const show = known instanceof InkShow ? known : new InkShow(ink.id, this.#placed);
    show.add(part, ink, this.#parts.clock.nowMs());
    if (show !== known) this.#begin(sessionId, gesture, show);
  }

  #find(sessionId: string, gesture: string): Running | undefined {
    for (const running of this.#running) {
      if (running.sessionId === sessionId && running.gesture === gesture && running.endedMs === undefined)
        return running;
    }
    return undefined;
  }

  #begin(sessionId: string, gesture: string, show: Show): void {
    if (this.#running.size >= MAX_SHOWN) return;
    // The one before may linger, and keeps its name while it does.
    const owner = `${sessionId}/${++this.#made}`;
    this.#running.add({ owner, sessionId, show, gesture });
    this.#stopFrames ??= this.#parts.everyFrame(() => this.#frame());
  }

  #endAll(sessionId: string, isOver: (running: Running) => boolean): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const running of this.#running) {
      if (running.sessionId === sessionId && isOver(running)) running.endedMs ??= nowMs;
    }
  }

  #frame(): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const running of [...this.#running]) {
      const { show, endedMs } = running;
      const isOver = endedMs !== undefined && (show.hasArrived(nowMs) || nowMs - endedMs > LINGER_MS);
      if (isOver) this.#remove(running);
      else this.#show(running, show.at(nowMs));
    }
  }

  #show(running: Running, draft: Draft | undefined): void {
    if (running.shown === draft) return;
    running.shown = draft;
    this.#parts.scene.setDraft(running.owner, draft);
  }

  #remove(running: Running): void {
    this.#parts.scene.setDraft(running.owner, undefined);
    this.#running.delete(running);
    if (this.#running.size > 0) return;
    this.#stopFrames?.();
    this.#stopFrames = undefined;
  }
}

/** The same for all drafts of one gesture. */
function gestureOf(draft: Draft): string {
  if (draft.t === "shape") return `shape ${draft.id}`;
  const { ids, transform, lead } = draft;
  return `transform ${transform.t} ${ids.join()} ${lead ? `${lead.pos.x} ${lead.pos.y} ${lead.pos.r}` : ""}`;
}
