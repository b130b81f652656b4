import type { Camera } from "../game/camera.ts";
import type { Pose } from "../game/prediction.ts";
import type { CommandDraft } from "../net/arena-view.ts";
import { KeyboardMouse } from "./keyboard-mouse.ts";
import { TouchSticks } from "./touch.ts";

/** Turns keys, mouse and thumbs into the command of this frame. */
export class Pilot {
  readonly #keys: KeyboardMouse;
  readonly #sticks: TouchSticks;
  readonly #command: CommandDraft = { moveX: 0, moveY: 0, aim: 0, fire: false };

  constructor(stage: HTMLElement) {
    this.#keys = new KeyboardMouse(stage);
    this.#sticks = new TouchSticks(stage);
  }

  /** What the player wants now. The object is reused; the aim stays where nothing points anywhere. */
  command(ship: Pose, camera: Camera): CommandDraft {
    const device = this.#sticks.isTouched ? this.#sticks : this.#keys;
    this.#command.moveX = device.moveX;
    this.#command.moveY = device.moveY;
    this.#command.fire = device.isFiring;
    this.#command.aim = this.#aim(ship, camera) ?? this.#command.aim;
    return this.#command;
  }

  /** Stops listening. */
  close(): void {
    this.#keys.close();
    this.#sticks.close();
  }

  #aim(ship: Pose, camera: Camera): number | undefined {
    const byThumb = this.#sticks.aim;
    if (byThumb !== undefined) return byThumb;
    const { pointer } = this.#keys;
    if (pointer !== undefined && !this.#sticks.isTouched) return camera.aimFrom(ship.x, ship.y, pointer.x, pointer.y);
    const { moveX, moveY } = this.#command;
    return moveX === 0 && moveY === 0 ? undefined : Math.atan2(moveY, moveX);
  }
}
