/** A bot in its place. */
export interface Player {
  /** Has its turn 30 times a second. */
  turn(nowMs: number): void;
  /** Called once a second; fails the bot that hears nothing any more. */
  checkSilence(): void;
  /** Gives the place up; resolves when the server has closed the connection, or did not in time. */
  leave(): Promise<void>;
}
