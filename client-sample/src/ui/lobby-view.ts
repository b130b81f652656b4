import type { Entrance } from "../net/arena-session.ts";
import type { RoomCardView } from "../net/arena-view.ts";
import { isJoinCode } from "../net/join-code.ts";
import type { LobbySnapshot } from "../net/lobby-link.ts";
import { isOutage } from "../net/plain-words.ts";
import { tokenWords } from "../net/token-words.ts";
import { gameName } from "../people/game-name.ts";
import { clockText, countOf, element, make, setText, textButton } from "./dom.ts";
import { loadName, printable, saveName, tidyName } from "./player-name.ts";
import { tokenForm } from "./token-form.ts";

/** What a visitor of the lobby may choose. */
export interface LobbyWays {
  /** A way into a room. */
  readonly onEnter: (entrance: Entrance) => void;
  /** To come with this token. */
  readonly onToken: (token: string) => void;
}

/** The lobby page: name, ways into a room, and the list of rooms. */
export class LobbyView {
  readonly #root = element("lobby", HTMLElement);
  readonly #name = element("name", HTMLInputElement);
  readonly #code = element("join-code", HTMLInputElement);
  readonly #rooms = element("rooms", HTMLUListElement);
  readonly #noRooms = element("no-rooms", HTMLElement);
  readonly #status = element("lobby-status", HTMLElement);
  readonly #ping = element("lobby-ping", HTMLElement);
  readonly #message = element("lobby-message", HTMLElement);
  readonly #buttons = [...this.#root.querySelectorAll("button")];
  readonly #cards = new Map<string, RoomCard>();
  readonly #token = element("token", HTMLElement);
  readonly #ways: LobbyWays;

  constructor(ways: LobbyWays) {
    this.#ways = ways;
    const { onEnter: enter } = ways;
    this.#name.value = loadName();
    this.#name.addEventListener("input", () => this.#onName());
    element("play-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      enter({ by: "quickPlay" });
    });
    element("create-private", HTMLButtonElement).addEventListener("click", () => enter({ by: "createPrivate" }));
    element("join-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.joinByCode(this.#code.value);
    });
  }

  /** What the visitor wants to be called; "Guest" where the field is empty. */
  get name(): string {
    return tidyName(this.#name.value) || "Guest";
  }

  /** Shows or hides the page. */
  set isShown(isShown: boolean) {
    this.#root.hidden = !isShown;
  }

  /** While a room is being joined, nothing else can be chosen. */
  set isBusy(isBusy: boolean) {
    this.#root.setAttribute("aria-busy", String(isBusy));
    for (const button of this.#buttons) button.disabled = isBusy;
    for (const card of this.#cards.values()) card.join.disabled = isBusy || card.isFull;
  }

  /** Enters the room with a code, typed or from a shared link, where it has the form of one. */
  joinByCode(text: string): void {
    const code = text.trim().toUpperCase();
    this.#code.value = code;
    if (isJoinCode(code)) this.#ways.onEnter({ by: "code", code });
    else this.say("A code has 6 letters and digits, like K7M2QX.");
  }

  /** Tells the visitor something; an empty text takes it away. */
  say(message: string): void {
    this.#message.textContent = message;
    this.#message.hidden = message === "";
  }

  /** Brings the list of rooms and the state of the connection up to date. */
  update({ isConnected, rooms, pingMs, tokenRefusal }: LobbySnapshot): void {
    this.#askForToken(tokenRefusal);
    const wasConnected = this.#status.dataset["state"] === "connected";
    if (isConnected && !wasConnected && isOutage(this.#message.textContent)) this.say("");
    this.#status.dataset["state"] = isConnected ? "connected" : "reconnecting";
    setText(this.#status, statusText(isConnected, tokenRefusal !== undefined));
    setText(this.#ping, pingMs === undefined ? "" : `${Math.max(1, Math.round(pingMs))} ms`);
    this.#noRooms.hidden = rooms.length > 0;
    setText(
      this.#noRooms,
      isConnected ? "No room is open yet. Quick play opens one." : "The list comes with the server.",
    );
    const live = new Set(rooms.map((room) => room.roomId));
    for (const [roomId, card] of this.#cards) if (!live.has(roomId)) this.#drop(roomId, card);
    rooms.forEach((room, index) => {
      const { root } = this.#card(room);
      if (this.#rooms.children[index] !== root) this.#rooms.insertBefore(root, this.#rooms.children[index] ?? null);
    });
  }

  #askForToken(refusal: string | undefined): void {
    const words = refusal === undefined ? undefined : tokenWords(refusal);
    this.#token.hidden = words === undefined;
    if (!words || this.#token.childElementCount > 0) return;
    this.#token.append(make("h2", "", words.title), make("p", "", words.text), tokenForm(this.#ways.onToken));
  }

  #onName(): void {
    // Writing the field moves the cursor to its end, so only where there is something to take out.
    const clean = printable(this.#name.value);
    if (clean !== this.#name.value) this.#name.value = clean;
    saveName(this.name);
  }

  #drop(roomId: string, card: RoomCard): void {
    card.root.remove();
    this.#cards.delete(roomId);
  }

  #card(room: RoomCardView): RoomCard {
    const known = this.#cards.get(room.roomId);
    const card = known ?? makeCard(room.roomId, () => this.#ways.onEnter({ by: "code", code: room.roomId }));
    if (known === undefined) this.#cards.set(room.roomId, card);
    fillCard(card, room);
    return card;
  }
}

interface RoomCard {
  readonly root: HTMLElement;
  readonly join: HTMLButtonElement;
  readonly title: HTMLElement;
  readonly crew: HTMLElement;
  readonly round: HTMLElement;
  readonly meter: HTMLElement;
  isFull: boolean;
}

function makeCard(roomId: string, onJoin: () => void): RoomCard {
  const root = make("li", "room");
  const join = textButton("Join", onJoin, "quiet");
  join.setAttribute("aria-label", `Join room ${roomId}`);
  const [title, crew, round] = [make("strong", "room-title"), make("span", "room-crew"), make("span", "room-round")];
  const bar = make("div", "room-bar");
  const meter = make("div", "room-meter");
  bar.append(meter);
  const text = make("div", "room-text");
  text.append(title, crew, round, bar);
  root.append(text, join);
  return { root, join, title, crew, round, meter, isFull: false };
}

function fillCard(card: RoomCard, room: RoomCardView): void {
  const { players, bots, maxPlayers } = room;
  setText(card.title, gameName(room.roomId));
  setText(card.crew, `${countOf(players, "player")} · ${countOf(bots, "bot")} · ${maxPlayers} seats`);
  const phase = room.phase === "results" ? "results" : `round ${room.round}`;
  setText(card.round, `${phase} · ${clockText(room.secondsLeft)}`);
  card.meter.style.width = `${(100 * players) / Math.max(1, maxPlayers)}%`;
  card.isFull = players >= maxPlayers;
  card.join.disabled = card.isFull;
  setText(card.join, card.isFull ? "Full" : "Join");
}

function statusText(isConnected: boolean, isRefused: boolean): string {
  if (isRefused) return "Not let in";
  return isConnected ? "Online" : "Looking for the server …";
}
