import { type InputHandle, Predict, type Reconciler, type Room } from "@colyseus/sdk";
import { moveShip } from "../../../rooms/arena/rules/motion.ts";
import type { Command, Motion } from "../../../rooms/arena/rules/world.ts";
import type { ArenaView, CommandDraft, ShipView } from "../net/arena-view.ts";

/** How far in the past other ships are drawn: two patches, so that one late patch is not seen. */
const INTERPOLATION_MS = 100;
/** A jump that no ship can fly between two patches, in units: a spawn, which is shown at once. */
const TELEPORT_UNITS = 200;
/** Time constant with which a wrong prediction is blended out: one patch. */
const CORRECTION_MS = 50;

const PREDICTED_FIELDS = ["x", "y", "vx", "vy", "isAlive", "hasHaste"] as const;

type WritableMotion = { -readonly [Field in keyof Motion]: Motion[Field] };

/** A place to draw at; the object is reused. */
export interface Pose {
  x: number;
  y: number;
}

/**
 * Where ships are drawn. Other ships are interpolated by the SDK; the own ship is predicted by the SDK's reconciler.
 *
 * The reconciler's own render read trails its state by up to one tick. Here the own ship is drawn ahead of that state
 * instead, by the time since the last tick and the present command, so that a key is seen in the very next frame.
 */
export class Prediction {
  readonly #room: Room<unknown, ArenaView>;
  readonly #predict: Predict<ArenaView>;
  readonly #input: InputHandle<CommandDraft>;
  readonly #stepMs: number;
  readonly #drawn: Pose = { x: 0, y: 0 };
  readonly #offset: Pose = { x: 0, y: 0 };
  #ship: ShipView | undefined;
  #reconciler: Reconciler<WritableMotion, CommandDraft> | undefined;
  #sinceStepMs = 0;
  #lastFrameMs = performance.now();
  #errorUnits = 0;

  constructor(room: Room<unknown, ArenaView>) {
    this.#room = room;
    this.#predict = Predict.get(room, { mode: "lerp", delay: INTERPOLATION_MS });
    this.#predict.attachAll("ships", { fields: ["x", "y"], mode: "lerp", snap: TELEPORT_UNITS });
    this.#predict.attachAll("ships", { fields: ["aim"], mode: "lerp", angle: true });
    // Only a shot is compared with the past, so only a shot carries the time at which this player saw the others.
    this.#input = room.input<CommandDraft>({ mode: "reliable", allowRewind: (command) => command.fire });
    this.#stepMs = this.#input.stepMs ?? 1000 / 30;
  }

  /** How far the last answer of the server was from what was predicted, in units. */
  get errorUnits(): number {
    return this.#errorUnits;
  }

  /**
   * Goes on to this frame and sends the commands that are due, at the server's tick rate.
   *
   * @param onSent called after each command that went out
   */
  advance(nowMs: number, command: Command, onSent: (command: Command) => void): void {
    this.#follow(this.#room.state.ships.get(this.#room.sessionId));
    const elapsedMs = Math.max(0, nowMs - this.#lastFrameMs);
    this.#lastFrameMs = nowMs;
    const decay = Math.exp(-elapsedMs / CORRECTION_MS);
    this.#offset.x *= decay;
    this.#offset.y *= decay;
    this.#sinceStepMs += elapsedMs;
    for (let due = this.#predict.tick(nowMs); due > 0; due--) this.#send(command, onSent);
    this.#sinceStepMs = Math.min(this.#sinceStepMs, this.#stepMs);
    this.#place(command);
  }

  /** Where to draw `ship`, whose key is `id`. */
  poseOf(id: string, ship: ShipView, into: Pose): Pose {
    const isOwn = id === this.#room.sessionId && this.#reconciler !== undefined;
    into.x = isOwn ? this.#drawn.x : this.#predict.value(ship, "x");
    into.y = isOwn ? this.#drawn.y : this.#predict.value(ship, "y");
    return into;
  }

  /** Direction of the gun of `ship`, whose key is `id`. */
  aimOf(id: string, ship: ShipView): number {
    return id === this.#room.sessionId ? this.#input.data.aim : this.#predict.value(ship, "aim");
  }

  /** Ends the work of the SDK's predictor. */
  close(): void {
    this.#predict.dispose();
  }

  #send(command: Command, onSent: (command: Command) => void): void {
    // What the SDK no longer remembers it could not replay; a server that has been silent for so long gets no more.
    if (this.#input.pendingCount >= this.#input.replayBufferSize - 1) return;
    Object.assign(this.#input.data, command);
    if (this.#input.send() === 0) return;
    this.#sinceStepMs = Math.max(0, this.#sinceStepMs - this.#stepMs);
    onSent(command);
  }

  #follow(ship: ShipView | undefined): void {
    if (ship === this.#ship) return;
    this.#reconciler?.dispose();
    this.#ship = ship;
    this.#reconciler = ship && this.#reconcile(ship);
  }

  #reconcile(ship: ShipView): Reconciler<WritableMotion, CommandDraft> {
    const schema: WritableMotion = ship; // read by the SDK, which writes into a copy of its own
    const reconciler: Reconciler<WritableMotion, CommandDraft> = this.#predict.reconciler(schema, {
      input: this.#input,
      fields: PREDICTED_FIELDS,
      smoothMs: CORRECTION_MS,
      snap: TELEPORT_UNITS,
      // No finite error is worth a warning; the option makes the SDK say how large each correction was.
      warnOnDivergence: Number.MAX_VALUE,
      step: (context, motion, command) => {
        Object.assign(motion, moveShip(motion, command, context.dt));
      },
      onReconcile: () => this.#correct(reconciler),
    });
    return reconciler;
  }

  /** The SDK reports the whole distance between what was shown and what is right, older corrections included. */
  #correct({ lastCorrection, lastCorrectionMag }: Reconciler<WritableMotion, CommandDraft>): void {
    const isTeleport = lastCorrectionMag > TELEPORT_UNITS;
    const x = isTeleport ? 0 : (lastCorrection["x"] ?? 0);
    const y = isTeleport ? 0 : (lastCorrection["y"] ?? 0);
    this.#errorUnits = Math.hypot(x, y);
    // Where the prediction was right, an older correction is still being blended out.
    if (lastCorrectionMag > 0) Object.assign(this.#offset, { x, y });
  }

  #place(command: Command): void {
    if (this.#reconciler === undefined) return;
    const ahead = moveShip(this.#reconciler.state, command, this.#sinceStepMs / 1000);
    this.#drawn.x = ahead.x + this.#offset.x;
    this.#drawn.y = ahead.y + this.#offset.y;
  }
}
