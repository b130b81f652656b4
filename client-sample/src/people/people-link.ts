import { type Connection, connect, type Stop, type UserPresence } from "../../../src/client/client.ts";
import { readKept, writeKept } from "../board/session/kept.ts";
import { keptUserId, visitorToken } from "../board/session/visitor-token.ts";
import { readableName } from "../board/session/visitors.ts";
import { inOrder, type Listed, type PersonView, readListed, viewOf } from "./person.ts";
import { tidyText, writeStatus } from "./status-text.ts";

/** How to be among the people. */
export interface PeopleLinkOptions {
  /** http: or https: origin of the server. */
  readonly server: string;
  /** What the visitor is called, whenever that is asked. */
  readonly name: () => string;
  /** The board that this page shows, where the others may know of it. */
  readonly boardId?: string | undefined;
  /** Nothing is asked of the server before this has settled; at once where there is nothing to wait for. */
  readonly after?: Promise<void> | undefined;
}

/** What is known: nothing yet, who is online, or nothing that could be relied on now. */
export type Knowledge = "coming" | "known" | "unknown";

const STATUS_KEY = "arena.status";

/**
 * This visitor among the people: a connection of its own, by which they see one another. A page that nobody looks at says that its
 * visitor is away.
 */
export class PeopleLink {
  readonly connection: Connection;
  readonly #options: PeopleLinkOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stops: Stop[] = [];
  #listed: ReadonlyMap<string, Listed> = new Map();
  #presences: ReadonlyMap<string, UserPresence> = new Map();
  #watched = "";
  #stopWatch: Stop = () => {};
  #isStoreThere = true;
  #hasCome = false;
  readonly #joinName: string;
  /** As the room knows it. */
  #name: string;

  constructor(options: PeopleLinkOptions) {
    const { server, boardId, after } = options;
    const token = visitorToken(server);
    this.#options = options;
    this.#joinName = readableName(options.name());
    this.#name = this.#joinName;
    this.connection = connect({
      url: server,
      room: "people",
      options: { name: this.#joinName, ...(boardId !== undefined && { board: boardId }) },
      token: async () => {
        await after;
        return typeof token === "string" ? token : token();
      },
    });
    this.connection.onState((_, room) => {
      room.onStateChange(() => this.#read());
      this.#read();
    });
    this.connection.onStatus(() => this.#onStatus());
    this.connection.people.onParty(() => this.#tell());
    this.#listenToPage();
    this.#sayStatus();
  }

  /** Everybody, in order. */
  get people(): readonly PersonView[] {
    const me = this.ownUserId;
    return inOrder([...this.#listed].map(([id, listed]) => viewOf(id, listed, this.#presences.get(id), me)));
  }

  /** This visitor, as far as that is known. */
  get ownUserId(): string | undefined {
    return keptUserId(this.#options.server);
  }

  get knowledge(): Knowledge {
    if (this.connection.status === "online" && this.#hasCome) return this.#isStoreThere ? "known" : "unknown";
    return this.#hasCome ? "unknown" : "coming";
  }

  /** What the visitor says of themselves, on all their pages. */
  get status(): string {
    return tidyText(readKept(STATUS_KEY) ?? "");
  }

  set status(text: string) {
    const tidy = tidyText(text);
    writeKept(STATUS_KEY, tidy === "" ? undefined : tidy);
    this.#sayStatus();
  }

  /** Tells of every change of the people, and of what is known of them. */
  onChange(listener: () => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something else has changed about people: all is looked at again. */
  refresh(): void {
    this.#tell();
  }

  /** The visitor may be called otherwise by now. */
  renamed(): void {
    const name = readableName(this.#options.name());
    if (name === this.#name) return;
    if (this.connection.send("rename", { name })) this.#name = name;
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
    await this.connection.close();
  }

  #listenToPage(): void {
    const onVisibility = (): void => this.#sayStatus();
    const onStorage = ({ key }: StorageEvent): void => {
      if (key === STATUS_KEY) this.#sayStatus(); // said on another page of this browser
    };
    const onHide = (): void => void this.close(); // the others need not wait until the server has given up on this page
    document.addEventListener("visibilitychange", onVisibility);
    window.addEventListener("storage", onStorage);
    window.addEventListener("pagehide", onHide);
    this.#stops.push(
      () => document.removeEventListener("visibilitychange", onVisibility),
      () => window.removeEventListener("storage", onStorage),
      () => window.removeEventListener("pagehide", onHide),
    );
  }

  #sayStatus(): void {
    const isAway = document.visibilityState === "hidden";
    this.connection.presence.setStatus(writeStatus({ isAway, text: this.status }));
    this.#tell();
  }

  #onStatus(): void {
    if (this.connection.status === "online") {
      this.#name = this.#joinName; // a new seat knows no later one
      this.renamed();
    }
    this.#tell();
  }

  #read(): void {
    const { isKnown }: { isKnown?: unknown } = Object(this.connection.state);
    this.#isStoreThere = isKnown !== false;
    this.#listed = readListed(this.connection.state);
    this.#watch();
    this.#tell();
  }

  /** Whom the room lists, is followed. */
  #watch(): void {
    const ids = [...this.#listed.keys()].toSorted();
    if (ids.join() === this.#watched) return;
    this.#watched = ids.join();
    this.#stopWatch();
    this.#stopWatch = this.connection.presence.watch(ids, (users) => {
      this.#presences = new Map(users);
      this.#hasCome = true;
      this.#tell();
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
