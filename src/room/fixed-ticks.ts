import type { Clock, Stop } from "../clock/clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { startTickLoop } from "./tick-loop.ts";

/** What a step is told of its tick. */
export interface TickContext {
  /** Length of a tick in seconds and in ms. */
  readonly dt: number;
  readonly dtMs: number;
  /** Its number, from 0. */
  tick: number;
  readonly subSteps: number;
  readonly subDt: number;
  readonly subDtMs: number;
}

/** What ticks run with. */
export interface TickParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly room: { readonly roomId: string; readonly roomName: string };
  /** Whether the room may do anything now; where not, the tick is left out. */
  readonly mayAct: () => boolean;
  /** Runs one step. */
  readonly run: (context: TickContext) => void;
}

/** The ticks of one room: at a fixed rate, measured, and numbered also over the end of a process. */
export class FixedTicks {
  /** Number of the next tick. */
  tick = 0;
  #stop: Stop = () => {};

  /** Begins to tick, in the place of ticks at another rate. */
  start(tickRateHz: number, subSteps: number, { clock, telemetry, room, mayAct, run }: TickParts): void {
    this.stop();
    const [dt, dtMs] = [1 / tickRateHz, 1000 / tickRateHz];
    const context = { dt, dtMs, tick: 0, subSteps, subDt: dt / subSteps, subDtMs: dtMs / subSteps };
    this.#stop = startTickLoop({
      clock,
      stepMs: dtMs,
      onTick: (latenessMs) => {
        if (!mayAct()) return;
        const startMs = clock.nowMs();
        context.tick = this.tick;
        run(context);
        this.tick++;
        telemetry.emit("tick:ran", { name: room.roomName, durationMs: clock.nowMs() - startMs, latenessMs });
      },
      onSkip: (ticks) => telemetry.emit("tick:skipped", { roomId: room.roomId, name: room.roomName, ticks }),
    });
  }

  /** Ends them. */
  stop(): void {
    this.#stop();
  }
}
