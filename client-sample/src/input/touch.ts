const FULL_PUSH = 127;
/** How far a thumb moves for a full push, in CSS pixels. */
const REACH = 56;
/** Pushes below this share of the reach are a resting thumb. */
const DEAD_SHARE = 0.18;
/** The right stick fires past this share of its reach; below it only aims. */
const FIRE_SHARE = 0.45;

/** One virtual stick: it stands where the thumb was put down. */
interface Stick {
  readonly base: HTMLElement;
  readonly knob: HTMLElement;
  pointerId: number | undefined;
  originX: number;
  originY: number;
  /** Push as shares of the reach, -1 to 1. */
  x: number;
  y: number;
}

/** Two thumbs: the left half of the stage moves, the right half aims and fires. */
export class TouchSticks {
  readonly #stage: HTMLElement;
  readonly #left: Stick;
  readonly #right: Stick;
  readonly #listening = new AbortController();

  constructor(stage: HTMLElement) {
    this.#stage = stage;
    this.#left = makeStick(stage);
    this.#right = makeStick(stage);
    const { signal } = this.#listening;
    stage.addEventListener("pointerdown", (event) => this.#putDown(event), { signal });
    window.addEventListener("pointermove", (event) => this.#drag(event), { signal });
    window.addEventListener("pointerup", (event) => this.#lift(event.pointerId), { signal });
    window.addEventListener("pointercancel", (event) => this.#lift(event.pointerId), { signal });
    window.addEventListener("blur", () => this.#liftAll(), { signal });
    // Without this, iOS scrolls and zooms however the style sheet sets touch-action.
    stage.addEventListener("touchmove", (event) => event.preventDefault(), { signal, passive: false });
  }

  /** Whether a thumb is on the stage. */
  get isTouched(): boolean {
    return this.#left.pointerId !== undefined || this.#right.pointerId !== undefined;
  }

  /** Push to the right, -127 to 127. */
  get moveX(): number {
    return Math.round(this.#left.x * FULL_PUSH);
  }

  /** Push down, -127 to 127. */
  get moveY(): number {
    return Math.round(this.#left.y * FULL_PUSH);
  }

  /** Direction of the right stick in radians; undefined while it rests. */
  get aim(): number | undefined {
    const { x, y } = this.#right;
    return x === 0 && y === 0 ? undefined : Math.atan2(y, x);
  }

  /** Whether the right stick is pushed far enough to fire. */
  get isFiring(): boolean {
    return Math.hypot(this.#right.x, this.#right.y) > FIRE_SHARE;
  }

  /** Stops listening and takes the sticks away. */
  close(): void {
    this.#listening.abort();
    this.#left.base.remove();
    this.#right.base.remove();
  }

  #putDown(event: PointerEvent): void {
    if (event.pointerType !== "touch") return;
    const { left, top, width } = this.#stage.getBoundingClientRect();
    const stick = event.clientX - left < width / 2 ? this.#left : this.#right;
    if (stick.pointerId !== undefined) return;
    stick.pointerId = event.pointerId;
    stick.originX = event.clientX;
    stick.originY = event.clientY;
    stick.base.style.translate = `${event.clientX - left}px ${event.clientY - top}px`;
    stick.base.hidden = false;
  }

  #drag(event: PointerEvent): void {
    const stick = this.#stickOf(event.pointerId);
    if (stick === undefined) return;
    const dx = event.clientX - stick.originX;
    const dy = event.clientY - stick.originY;
    const share = Math.min(1, Math.hypot(dx, dy) / REACH);
    const angle = Math.atan2(dy, dx);
    stick.x = share < DEAD_SHARE ? 0 : Math.cos(angle) * share;
    stick.y = share < DEAD_SHARE ? 0 : Math.sin(angle) * share;
    stick.knob.style.translate = `${Math.cos(angle) * share * REACH}px ${Math.sin(angle) * share * REACH}px`;
  }

  #lift(pointerId: number): void {
    const stick = this.#stickOf(pointerId);
    if (stick !== undefined) release(stick);
  }

  #liftAll(): void {
    release(this.#left);
    release(this.#right);
  }

  #stickOf(pointerId: number): Stick | undefined {
    if (this.#left.pointerId === pointerId) return this.#left;
    return this.#right.pointerId === pointerId ? this.#right : undefined;
  }
}

function makeStick(stage: HTMLElement): Stick {
  const base = document.createElement("div");
  const knob = document.createElement("div");
  base.className = "stick";
  knob.className = "stick-knob";
  base.hidden = true;
  base.append(knob);
  stage.append(base);
  return { base, knob, pointerId: undefined, originX: 0, originY: 0, x: 0, y: 0 };
}

function release(stick: Stick): void {
  Object.assign(stick, { pointerId: undefined, x: 0, y: 0 });
  stick.base.hidden = true;
  stick.knob.style.translate = "0 0";
}
