import { COOLDOWN_TICKS } from "../../../rooms/arena/rules/level.ts";

/** A predicted shot that the server has not confirmed for so long was refused. */
const FORGET_MS = 1500;

/** Foresees the own shots, so that they are seen at once, and tells which of the server's are shown already. */
export class Gun {
  readonly #foreseen: number[] = [];
  #cooldownTicks = 0;

  /** Goes on by one command; says whether the server will let it shoot. */
  step(isFiring: boolean, nowMs: number): boolean {
    this.#cooldownTicks = Math.max(0, this.#cooldownTicks - 1);
    if (!isFiring || this.#cooldownTicks > 0) return false;
    this.#cooldownTicks = COOLDOWN_TICKS;
    this.#foreseen.push(nowMs);
    return true;
  }

  /** The server says that the own ship has shot; says whether that shot was shown already. */
  confirm(nowMs: number): boolean {
    while ((this.#foreseen[0] ?? nowMs) < nowMs - FORGET_MS) this.#foreseen.shift();
    return this.#foreseen.shift() !== undefined;
  }
}
