import { make, setText, textButton } from "../../ui/dom.ts";

/** What a time slider asks for. */
export interface TimeSliderParts {
  /** A place was chosen: 0 is before the first step, `count` the present. */
  readonly onPlace: (place: number) => void;
  readonly onPlay: () => void;
  readonly onRestore: () => void;
}

/** What a time slider shows. */
export interface TimeSliderView {
  readonly place: number;
  readonly count: number;
  /** Of the place, in words. */
  readonly moment: string;
  readonly isPlaying: boolean;
  readonly canRestore: boolean;
}

/** Arrow keys go one step; these go further, as far as a tenth of all. */
const PAGE_PARTS = 10;

/** The slider through the time of the board, with what can be done at a place. */
export class TimeSlider {
  readonly root = make("div", "history-time");
  readonly #parts: TimeSliderParts;
  readonly #slider = document.createElement("input");
  readonly #play: HTMLButtonElement;
  readonly #moment = make("output", "history-moment");
  readonly #restore: HTMLButtonElement;

  constructor(parts: TimeSliderParts) {
    this.#parts = parts;
    this.#slider.type = "range";
    this.#slider.min = "0";
    this.#slider.className = "history-slider";
    this.#slider.setAttribute("aria-label", "Time");
    this.#slider.addEventListener("input", () => parts.onPlace(this.#slider.valueAsNumber));
    this.#slider.addEventListener("keydown", (event) => this.#onKey(event));
    this.#play = textButton("Replay", parts.onPlay);
    this.#restore = textButton("Restore this version", parts.onRestore, "primary");
    const row = make("div", "history-row");
    row.append(this.#play, this.#moment);
    this.root.append(row, this.#slider, this.#restore);
  }

  update({ place, count, moment, isPlaying, canRestore }: TimeSliderView): void {
    const isNow = place >= count;
    this.#slider.max = String(count);
    this.#slider.value = String(place);
    this.#slider.disabled = count === 0;
    this.#slider.setAttribute("aria-valuetext", isNow ? "Now" : `${moment}, step ${place} of ${count}`);
    setText(this.#moment, isNow ? "Now" : `${moment} · ${place} of ${count}`);
    setText(this.#play, isPlaying ? "Stop" : "Replay");
    this.#play.disabled = count === 0;
    this.#restore.hidden = isNow;
    this.#restore.disabled = !canRestore;
    this.#restore.title = canRestore ? "" : "You may look at this board, and not change it.";
  }

  /** A browser's own page keys jump a tenth of the range too, but not all do. */
  #onKey(event: KeyboardEvent): void {
    const page = Math.max(1, Math.round(Number(this.#slider.max) / PAGE_PARTS));
    const by = { PageUp: page, PageDown: -page }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const place = this.#slider.valueAsNumber + by;
    this.#parts.onPlace(Math.min(Math.max(place, 0), Number(this.#slider.max)));
  }
}
