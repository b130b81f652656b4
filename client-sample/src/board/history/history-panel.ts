import { isShape } from "../../../../rooms/whiteboard/rules/board.ts";
import { make, textButton } from "../../ui/dom.ts";
import type { Say } from "../words.ts";
import { ChapterList, type ListEnd } from "./chapter-list.ts";
import { PastBanner } from "./past-banner.ts";
import { Replay } from "./replay.ts";
import { type Chapter, storyOf, visibleSteps } from "./story.ts";
import { TimeSlider } from "./time-slider.ts";
import { momentText } from "./time-words.ts";
import { placeOf, seqAt } from "./timeline.ts";
import type { BoardHistory, Past, Step } from "./words.ts";

/** What came of restoring: it is done; the board looks like that already; or it cannot be, which was told. */
export type Restored = "done" | "same" | "failed";

/** What a history panel is made of. */
export interface HistoryPanelParts {
  /** Asks for what is kept. @throws Error where the server cannot be reached, or does not give it */
  readonly open: () => Promise<BoardHistory>;
  readonly past: Past;
  /** Filled with the panel. Hidden while it is closed. */
  readonly host: HTMLElement;
  readonly nameOf: (userId: string) => string;
  readonly colourOf: (userId: string) => string;
  readonly canEdit: () => boolean;
  /** Makes the board look like that again. */
  readonly restore: (seq: number, history: BoardHistory) => Restored;
  /** Called right after a restore: how to take that one back. */
  readonly undo: () => () => void;
  readonly say: Say;
  /** Told whenever it is opened or closed. */
  readonly onOpenChange?: (isOpen: boolean) => void;
}

const UPDATE_MS = 300;

/** Who made what when; the board as it was; and the way back to that. */
export class HistoryPanel {
  readonly #parts: HistoryPanelParts;
  readonly #list: ChapterList;
  readonly #slider: TimeSlider;
  readonly #banner: PastBanner;
  readonly #replay = new Replay({
    count: () => this.#steps.length,
    place: () => this.#place,
    onPlace: (place) => this.#showPlace(place),
  });
  readonly #problem = make("p", "history-problem");
  #history: BoardHistory | undefined;
  #steps: readonly Step[] = [];
  #chapters: readonly Chapter[] = [];
  /** The last entry of what is shown; undefined is the present. */
  #seq: number | undefined;
  #isLoading = false;
  #updateTimer = 0;
  #frame = 0;
  /** Rises with every opening, so that an answer that comes too late opens nothing. */
  #turn = 0;

  constructor(parts: HistoryPanelParts) {
    this.#parts = parts;
    this.#list = new ChapterList({
      nameOf: parts.nameOf,
      colourOf: parts.colourOf,
      onChoose: ({ to }) => this.#goTo(to),
      onPoint: (chapter) => parts.past.mark(chapter?.ids ?? []),
      onMore: () => void (this.#history ? this.#loadOlder() : this.#load()),
    });
    this.#slider = new TimeSlider({
      onPlace: (place) => this.#goToPlace(place),
      onPlay: () => this.#togglePlay(),
      onRestore: () => this.#restore(),
    });
    this.#banner = new PastBanner(() => this.#goTo(undefined));
    this.#build();
  }

  get isOpen(): boolean {
    return !this.#parts.host.hidden;
  }

  open(): void {
    if (this.isOpen) return;
    this.#parts.host.hidden = false;
    this.#parts.onOpenChange?.(true);
    this.#parts.host.querySelector("button")?.focus({ preventScroll: true });
    void this.#load();
  }

  /** Also goes back to the present. */
  close(): void {
    if (!this.isOpen) return;
    this.#turn++;
    this.#goTo(undefined);
    this.#parts.past.mark([]);
    this.#history?.close();
    this.#history = undefined;
    [this.#steps, this.#chapters] = [[], []];
    this.#parts.host.hidden = true;
    this.#parts.onOpenChange?.(false);
  }

  toggle(): void {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** What this person may do is another thing now. */
  rightsChanged(): void {
    if (this.isOpen) this.#show();
  }

  #build(): void {
    const { host } = this.#parts;
    const header = make("header", "history-header");
    const close = textButton("×", () => this.close(), "history-close");
    close.setAttribute("aria-label", "Close history");
    header.append(make("h2", "history-title", "History"), close);
    this.#problem.setAttribute("role", "alert");
    this.#problem.hidden = true;
    host.classList.add("history");
    host.replaceChildren(header, this.#problem, this.#list.root, this.#slider.root);
    host.addEventListener("keydown", (event) => {
      event.stopPropagation(); // arrows on the slider do not move shapes
      if (event.key === "Escape") this.close();
    });
  }

  async #load(): Promise<void> {
    const turn = ++this.#turn;
    this.#isLoading = true;
    this.#tell("");
    this.#show();
    try {
      const history = await this.#parts.open();
      if (turn !== this.#turn) {
        if (!this.isOpen) history.close(); // else it is the one that was asked for since: there is one at a time
        return;
      }
      this.#history = history;
      history.onEntries(() => this.#updateSoon());
      history.onReset(() => this.#onReset());
    } catch (error) {
      if (turn === this.#turn) this.#tell(`The history cannot be shown: ${wordsOf(error)}`);
    }
    if (turn !== this.#turn) return;
    this.#isLoading = false;
    if (this.#history) this.#update();
    else this.#show();
  }

  async #loadOlder(): Promise<void> {
    const history = this.#history;
    if (!history || this.#isLoading) return;
    this.#isLoading = true;
    this.#tell("");
    this.#show();
    try {
      await history.loadOlder();
    } catch (error) {
      if (history === this.#history) this.#tell(`What is older cannot be shown: ${wordsOf(error)}`);
    }
    this.#isLoading = false;
    if (history === this.#history) this.#update();
  }

  /** Steps came: at its beginning, or at its end. */
  #update(): void {
    const history = this.#history;
    if (!history) return;
    const base = history.recordsAt(history.firstSeq - 1);
    const kindOf = (id: string): string | undefined => {
      const record = base.get(id);
      return isShape(record) ? record.type : undefined;
    };
    this.#steps = visibleSteps(history.entries);
    this.#chapters = storyOf(this.#steps, kindOf);
    this.#show();
  }

  /** Where many draw, the list follows them a few times a second. */
  #updateSoon(): void {
    if (this.#updateTimer !== 0) return;
    this.#updateTimer = window.setTimeout(() => {
      this.#updateTimer = 0;
      this.#update();
    }, UPDATE_MS);
  }

  /** What is shown may not be part of it any more. */
  #onReset(): void {
    this.#goTo(undefined);
    this.#update();
  }

  #goToPlace(place: number): void {
    this.#replay.stop();
    this.#showPlace(place);
  }

  #showPlace(place: number): void {
    const steps = this.#steps;
    this.#see(place >= steps.length ? undefined : seqAt(steps, place));
  }

  #goTo(seq: number | undefined): void {
    this.#replay.stop();
    const last = this.#steps.at(-1)?.seq;
    this.#see(seq === last ? undefined : seq);
  }

  #see(seq: number | undefined): void {
    if (seq === this.#seq) return;
    this.#seq = seq;
    this.#show();
    cancelAnimationFrame(this.#frame);
    // A slider that is dragged passes more places than there are pictures.
    this.#frame = requestAnimationFrame(() => this.#showOnStage());
  }

  #showOnStage(): void {
    const history = this.#history;
    this.#parts.past.show(this.#seq === undefined ? undefined : history?.recordsAt(this.#seq));
  }

  #togglePlay(): void {
    if (this.#replay.isPlaying) this.#replay.stop();
    else this.#replay.play();
    this.#show();
  }

  #restore(): void {
    const [seq, history] = [this.#seq, this.#history];
    if (seq === undefined || !history) return;
    const moment = this.#moment;
    this.#goTo(undefined);
    const { restore, undo, say } = this.#parts;
    const restored = restore(seq, history);
    if (restored === "same") say("The board looks like that already.");
    if (restored === "done") say(`Restored the version of ${moment}.`, "info", { label: "Undo", onChoose: undo() });
  }

  get #place(): number {
    const steps = this.#steps;
    return this.#seq === undefined ? steps.length : placeOf(steps, this.#seq);
  }

  /** When what is shown was made. */
  get #moment(): string {
    const steps = this.#steps;
    const at = (steps[this.#place - 1] ?? steps[0])?.ts ?? Date.now();
    return momentText(at, Date.now());
  }

  #show(): void {
    const steps = this.#steps;
    const isPast = this.#seq !== undefined;
    this.#list.update(this.#chapters, this.#seq ?? Number.POSITIVE_INFINITY, this.#end());
    this.#slider.update({
      place: this.#place,
      count: steps.length,
      moment: this.#moment,
      isPlaying: this.#replay.isPlaying,
      canRestore: this.#parts.canEdit(),
    });
    this.#banner.show(isPast ? this.#moment : undefined);
  }

  #end(): ListEnd {
    const sinceMs = this.#steps[0]?.ts;
    if (this.#isLoading) return { state: "loading", sinceMs };
    if (!this.#history) return { state: "failed", sinceMs };
    return { state: this.#history.hasOlder ? "more" : "all", sinceMs };
  }

  #tell(problem: string): void {
    this.#problem.textContent = problem;
    this.#problem.hidden = problem === "";
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : "the server does not answer.";
}
