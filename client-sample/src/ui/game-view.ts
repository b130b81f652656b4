import { Game } from "../game/game.ts";
import type { ArenaSession, ConnectionState } from "../net/arena-session.ts";
import { explainClose, explainMessage } from "../net/plain-words.ts";
import { element, setText } from "./dom.ts";

const COPIED_MS = 1600;
const REFUSAL_MS = 4000;

/** What the visitor may do from within a game. */
interface GameExits {
  readonly onLeave: () => void;
  /** Called where the seat is gone and the visitor wants another one. */
  readonly onRejoin: (roomId: string) => void;
}

/** The game page: the game itself, the code of the room, and what to know about the connection. */
export class GameView {
  readonly #root = element("game", HTMLElement);
  readonly #stage = element("stage", HTMLElement);
  readonly #canvas = element("canvas", HTMLCanvasElement);
  readonly #share = element("share", HTMLElement);
  readonly #code = element("room-code", HTMLElement);
  readonly #copy = element("copy-link", HTMLButtonElement);
  readonly #notice = element("notice", HTMLElement);
  readonly #veil = element("veil", HTMLElement);
  readonly #veilTitle = element("veil-title", HTMLElement);
  readonly #veilText = element("veil-text", HTMLElement);
  readonly #rejoin = element("rejoin", HTMLButtonElement);
  readonly #exits: GameExits;
  #noticeTimer = 0;
  #session: ArenaSession | undefined;
  #game: Game | undefined;

  constructor(exits: GameExits) {
    this.#exits = exits;
    element("leave", HTMLButtonElement).addEventListener("click", exits.onLeave);
    element("veil-leave", HTMLButtonElement).addEventListener("click", exits.onLeave);
    element("toggle-network", HTMLButtonElement).addEventListener("click", () => this.#game?.toggleNetworkPanel());
    // A clicked button would keep the focus, and with it the key that fires.
    this.#root.addEventListener("pointerup", () => letGoOfFocus());
    this.#rejoin.addEventListener("click", () => {
      if (this.#session !== undefined) exits.onRejoin(this.#session.room.roomId);
    });
    this.#copy.addEventListener("click", () => void this.#copyLink());
    window.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** The seat that is played, if any. */
  get session(): ArenaSession | undefined {
    return this.#session;
  }

  /** The game that runs, if any. */
  get game(): Game | undefined {
    return this.#game;
  }

  /** Shows the game of a session, which is this page's from now on. */
  open(session: ArenaSession): void {
    this.#session = session;
    this.#root.hidden = false;
    this.#share.hidden = !session.isPrivate;
    setText(this.#code, session.room.roomId);
    this.#showConnection("connected", 0);
    session.onChange = (connection, closeCode) => this.#showConnection(connection, closeCode);
    session.onRefusal = (message) => this.#notify(explainMessage(message));
    letGoOfFocus();
    this.#game = new Game(session, this.#stage, this.#canvas);
  }

  /** Leaves the room and hides the page; nothing where no game is open. */
  close(): void {
    this.#game?.close();
    this.#session?.leave();
    this.#game = undefined;
    this.#session = undefined;
    this.#root.hidden = true;
  }

  #showConnection(connection: ConnectionState, closeCode: number): void {
    this.#veil.hidden = connection === "connected";
    this.#veil.dataset["state"] = connection;
    this.#rejoin.hidden = connection !== "lost";
    setText(this.#veilTitle, connection === "lost" ? "Connection lost" : "Reconnecting …");
    setText(
      this.#veilText,
      connection === "lost"
        ? (explainClose(closeCode) ?? "You left this room.")
        : "The connection was lost. Your ship waits for you for half a minute.",
    );
    if (connection === "lost") this.#rejoin.focus();
  }

  #notify(sentence: string): void {
    window.clearTimeout(this.#noticeTimer);
    setText(this.#notice, sentence);
    this.#notice.hidden = false;
    this.#noticeTimer = window.setTimeout(() => {
      this.#notice.hidden = true;
    }, REFUSAL_MS);
  }

  #onKey(event: KeyboardEvent): void {
    if (this.#session === undefined || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === "Escape") this.#exits.onLeave();
    if (event.code === "KeyN") this.#game?.toggleNetworkPanel();
  }

  async #copyLink(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      setText(this.#copy, "Copied");
    } catch {
      setText(this.#copy, "Not allowed"); // the code stays on the screen, to be copied by hand
    }
    window.setTimeout(() => setText(this.#copy, "Copy link"), COPIED_MS);
  }
}

function letGoOfFocus(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
