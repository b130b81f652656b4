import { shipInk } from "../game/palette.ts";
import type { Fighter } from "../game/watcher.ts";
import type { ArenaView } from "../net/arena-view.ts";
import { make, setText } from "./dom.ts";

interface Line {
  readonly root: HTMLElement;
  readonly rank: HTMLElement;
  readonly dot: HTMLElement;
  readonly name: HTMLElement;
  readonly score: HTMLElement;
  readonly deaths: HTMLElement;
}

/** A list of ships, best first, whose lines are made once. */
export class ScoreBoard {
  readonly #root: HTMLOListElement;
  readonly #options: { readonly maxLines: number; readonly hasDeaths: boolean };
  readonly #lines: Line[] = [];

  constructor(root: HTMLOListElement, options: { readonly maxLines: number; readonly hasDeaths: boolean }) {
    this.#root = root;
    this.#root.replaceChildren();
    this.#options = options;
  }

  /** Shows the ships and returns the best of them: one, or several with equal scores and deaths. */
  update(ships: ArenaView["ships"], ownId: string): readonly Fighter[] {
    const ranked: Fighter[] = [];
    ships.forEach((ship, id) => {
      ranked.push({ id, ship });
    });
    ranked.sort(compare);
    const shown = ranked.slice(0, this.#options.maxLines);
    const own = ranked.findIndex(({ id }) => id === ownId);
    const ownFighter = ranked[own];
    if (ownFighter !== undefined && own >= shown.length) shown[shown.length - 1] = ownFighter;
    shown.forEach((fighter, index) => {
      this.#fill(this.#line(index), fighter, { rank: ranked.indexOf(fighter) + 1, isOwn: fighter.id === ownId });
    });
    this.#lines.splice(shown.length).forEach(({ root }) => {
      root.remove();
    });
    return ranked.filter((fighter) => ranked[0] !== undefined && compare(ranked[0], fighter) === 0);
  }

  #line(index: number): Line {
    const known = this.#lines[index];
    if (known !== undefined) return known;
    const line: Line = {
      root: make("li", "score"),
      rank: make("span", "score-rank"),
      dot: make("i", "score-dot"),
      name: make("span", "score-name"),
      score: make("b", "score-points"),
      deaths: make("span", "score-deaths"),
    };
    line.root.append(line.rank, line.dot, line.name, line.score);
    if (this.#options.hasDeaths) line.root.append(line.deaths);
    this.#root.append(line.root);
    this.#lines.push(line);
    return line;
  }

  #fill(line: Line, { ship }: Fighter, { rank, isOwn }: { readonly rank: number; readonly isOwn: boolean }): void {
    line.root.classList.toggle("is-own", isOwn);
    line.root.classList.toggle("is-bot", ship.isBot);
    setText(line.rank, String(rank));
    line.dot.style.backgroundColor = shipInk(ship.colour).solid;
    setText(line.name, ship.name);
    setText(line.score, String(ship.score));
    setText(line.deaths, `${ship.deaths} lost`);
  }
}

function compare(a: Fighter, b: Fighter): number {
  return b.ship.score - a.ship.score || a.ship.deaths - b.ship.deaths;
}
