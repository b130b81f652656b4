import { RESPAWN_TICKS, TICK_RATE_HZ } from "../../../rooms/arena/rules/level.ts";
import { shipInk } from "../game/palette.ts";
import type { Fighter } from "../game/watcher.ts";
import type { ArenaView, ShipView } from "../net/arena-view.ts";
import { clockText, element, make, setText } from "./dom.ts";
import { ScoreBoard } from "./score-board.ts";

const FEED_LINES = 5;
const FEED_LIFE_MS = 5000;
/** The list beside the game is short; the result board shows all. */
const SCORE_LINES = 8;
const REFRESH_MS = 100;

/** Everything that is written over the game. */
export class Hud {
  readonly #clock = element("clock", HTMLElement);
  readonly #round = element("round", HTMLElement);
  readonly #feed = element("feed", HTMLOListElement);
  readonly #respawn = element("respawn", HTMLElement);
  readonly #hp = element("hp", HTMLMeterElement);
  readonly #hpText = element("hp-text", HTMLElement);
  readonly #badges = element("badges", HTMLElement);
  readonly #results = element("results", HTMLElement);
  readonly #winner = element("winner", HTMLElement);
  readonly #next = element("next-round", HTMLElement);
  readonly #scores = new ScoreBoard(element("scores", HTMLOListElement), { maxLines: SCORE_LINES, hasDeaths: false });
  readonly #board = new ScoreBoard(element("board", HTMLOListElement), { maxLines: 32, hasDeaths: true });
  #nextRefreshMs = 0;
  #diedAtMs: number | undefined;

  /** Empties what an earlier game left. */
  constructor() {
    this.#feed.replaceChildren();
  }

  /** Brings everything up to date, a few times a second. */
  update(state: ArenaView, ownId: string, nowMs: number): void {
    if (nowMs < this.#nextRefreshMs) return;
    this.#nextRefreshMs = nowMs + REFRESH_MS;
    setText(this.#clock, clockText(state.secondsLeft));
    setText(this.#round, state.phase === "results" ? `Round ${state.round} is over` : `Round ${state.round}`);
    this.#clock.classList.toggle("is-urgent", state.phase === "playing" && state.secondsLeft <= 10);
    this.#scores.update(state.ships, ownId);
    this.#showResults(state, ownId);
    const own = state.ships.get(ownId);
    if (own !== undefined) this.#showOwn(own, state, nowMs);
  }

  /** Adds a line on who destroyed whom. */
  tellKill(victim: ShipView, killer: Fighter | undefined): void {
    const line = make("li", "kill");
    if (killer !== undefined) line.append(nameTag(killer.ship), make("span", "kill-sign", "destroyed"));
    line.append(nameTag(victim));
    if (killer === undefined) line.append(make("span", "kill-sign", "was destroyed"));
    this.#feed.prepend(line);
    while (this.#feed.children.length > FEED_LINES) this.#feed.lastElementChild?.remove();
    window.setTimeout(() => line.remove(), FEED_LIFE_MS);
  }

  #showOwn(own: ShipView, state: ArenaView, nowMs: number): void {
    this.#hp.value = own.hp;
    setText(this.#hpText, String(own.hp));
    const badges = [own.hasShield && "Shield", own.hasHaste && "Haste", own.hasOvercharge && "Overcharge"];
    setText(this.#badges, badges.filter((badge) => badge !== false).join(" · "));
    this.#showRespawn(own.isAlive || state.phase === "results", nowMs);
  }

  #showRespawn(isAlive: boolean, nowMs: number): void {
    this.#diedAtMs = isAlive ? undefined : (this.#diedAtMs ?? nowMs);
    this.#respawn.hidden = isAlive;
    if (this.#diedAtMs === undefined) return;
    const leftMs = (RESPAWN_TICKS * 1000) / TICK_RATE_HZ - (nowMs - this.#diedAtMs);
    setText(this.#respawn, `Back in ${Math.max(1, Math.ceil(leftMs / 1000))}`);
  }

  #showResults(state: ArenaView, ownId: string): void {
    this.#results.hidden = state.phase !== "results";
    if (this.#results.hidden) return;
    const winners = this.#board.update(state.ships, ownId);
    setText(this.#winner, winnerText(winners, ownId));
    setText(this.#next, `Next round in ${state.secondsLeft} s`);
  }
}

function winnerText(winners: readonly Fighter[], ownId: string): string {
  const [first, second] = winners;
  if (first === undefined || first.ship.score === 0) return "Nobody scored";
  if (second !== undefined) return `A draw between ${winners.map(({ ship }) => ship.name).join(" and ")}`;
  return first.id === ownId ? "You win the round" : `${first.ship.name} wins the round`;
}

function nameTag(ship: ShipView): HTMLElement {
  const tag = make("b", "ship-name", ship.name);
  tag.style.color = shipInk(ship.colour).bright;
  return tag;
}
