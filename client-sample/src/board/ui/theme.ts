import { readKept, writeKept } from "../session/kept.ts";
import type { Stop } from "../words.ts";

/** What the person wants, and what the page looks like. */
export type ThemeChoice = "system" | "light" | "dark";

const KEY = "arena.theme";

/** Light or dark: as the system has it, unless the person wants one. */
export class Theme {
  readonly #system = matchMedia("(prefers-color-scheme: dark)");
  readonly #listeners = new Set<(isDark: boolean) => void>();
  #choice: ThemeChoice = readChoice();

  constructor() {
    this.#system.addEventListener("change", () => this.#show());
    this.#show();
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice;
    writeKept(KEY, choice);
    this.#show();
  }

  get isDark(): boolean {
    return this.#choice === "system" ? this.#system.matches : this.#choice === "dark";
  }

  /** Tells of every change. */
  onChange(listener: (isDark: boolean) => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #show(): void {
    const { isDark } = this;
    document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
    for (const listener of this.#listeners) listener(isDark);
  }
}

function readChoice(): ThemeChoice {
  const kept = readKept(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}
