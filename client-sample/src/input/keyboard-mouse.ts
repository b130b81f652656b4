const FULL_PUSH = 127;

/** Keys by their place on the keyboard, so that other layouts keep the shape of WASD. */
const KEYS: Readonly<Record<string, Direction | "fire">> = {
  KeyW: "up",
  ArrowUp: "up",
  KeyS: "down",
  ArrowDown: "down",
  KeyA: "left",
  ArrowLeft: "left",
  KeyD: "right",
  ArrowRight: "right",
  Space: "fire",
};

type Direction = "up" | "down" | "left" | "right";

/** Keys held, and where the mouse is over the stage. Everything is let go when the window loses the focus. */
export class KeyboardMouse {
  /** Place of the mouse in CSS pixels from the stage's upper left; undefined until it has moved. */
  pointer: { readonly x: number; readonly y: number } | undefined;
  readonly #held = new Set<string>();
  readonly #listening = new AbortController();
  #isMouseDown = false;

  constructor(stage: HTMLElement) {
    const { signal } = this.#listening;
    window.addEventListener("keydown", (event) => this.#press(event), { signal });
    window.addEventListener("keyup", (event) => this.#held.delete(event.code), { signal });
    window.addEventListener("blur", () => this.#letGo(), { signal });
    document.addEventListener("visibilitychange", () => this.#letGo(), { signal });
    stage.addEventListener("pointermove", (event) => this.#point(event, stage), { signal });
    stage.addEventListener("pointerdown", (event) => this.#click(event, stage), { signal });
    window.addEventListener("pointerup", (event) => this.#release(event), { signal });
    stage.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  }

  /** Push to the right, -127 to 127. */
  get moveX(): number {
    return FULL_PUSH * (Number(this.#isHeld("right")) - Number(this.#isHeld("left")));
  }

  /** Push down, -127 to 127. */
  get moveY(): number {
    return FULL_PUSH * (Number(this.#isHeld("down")) - Number(this.#isHeld("up")));
  }

  /** Whether the trigger is held. */
  get isFiring(): boolean {
    return this.#isMouseDown || this.#isHeld("fire");
  }

  /** Stops listening. */
  close(): void {
    this.#listening.abort();
  }

  #isHeld(action: Direction | "fire"): boolean {
    for (const code of this.#held) if (KEYS[code] === action) return true;
    return false;
  }

  #press(event: KeyboardEvent): void {
    const isForPage = event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLButtonElement;
    if (isForPage || KEYS[event.code] === undefined) return;
    event.preventDefault(); // arrows and space would scroll
    this.#held.add(event.code);
  }

  #point(event: PointerEvent, stage: HTMLElement): void {
    if (event.pointerType === "touch") return;
    const { left, top } = stage.getBoundingClientRect();
    this.pointer = { x: event.clientX - left, y: event.clientY - top };
  }

  #click(event: PointerEvent, stage: HTMLElement): void {
    if (event.pointerType === "touch" || event.button !== 0) return;
    this.#point(event, stage);
    this.#isMouseDown = true;
  }

  #release(event: PointerEvent): void {
    if (event.pointerType !== "touch" && event.button === 0) this.#isMouseDown = false;
  }

  #letGo(): void {
    this.#held.clear();
    this.#isMouseDown = false;
  }
}
