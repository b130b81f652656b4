import type { Message } from "../../../rooms/chat/rules/chat.ts";
import { make, setText, textButton } from "../ui/dom.ts";
import { splitLinks } from "./links.ts";
import { type ChatLine, linesOf } from "./messages.ts";
import type { Delivery } from "./outgoing.ts";

/** What the list asks about messages, and what it asks for. */
export interface MessageListParts {
  readonly isOwn: (message: Message) => boolean;
  readonly deliveryOf: (message: Message) => Delivery;
  readonly onRetry: (id: string) => void;
  readonly onDrop: (id: string) => void;
  /** The end came into view. */
  readonly onEnd: () => void;
}

interface Row {
  readonly root: HTMLElement;
  readonly day: HTMLElement;
  readonly head: HTMLElement;
  readonly fate: HTMLElement;
  /** What the row shows, so that it is touched only where that changes. */
  shown: string;
}

/** So near to the end counts as there, in pixels. */
const END_PX = 24;
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** The messages, oldest first. Stays at its end unless one has scrolled away from there. */
export class MessageList {
  readonly root = make("div", "chat-scroll");
  readonly #list = make("ol", "chat-list");
  readonly #empty = make("p", "chat-empty", "Nobody has said anything yet.");
  readonly #parts: MessageListParts;
  readonly #rows = new Map<string, Row>();
  #isAtEnd = true;

  constructor(parts: MessageListParts) {
    this.#parts = parts;
    this.root.tabIndex = 0;
    this.root.setAttribute("aria-label", "Messages");
    this.root.setAttribute("role", "region");
    this.#list.setAttribute("role", "log");
    this.#list.setAttribute("aria-live", "polite");
    this.#list.setAttribute("aria-relevant", "additions");
    this.#list.setAttribute("aria-label", "Messages");
    this.root.append(this.#empty, this.#list);
    this.root.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    // A keyboard that opens makes the list smaller, which is no scrolling.
    new ResizeObserver(() => this.#isAtEnd && this.toEnd()).observe(this.root);
  }

  /** Whether the newest message is in view. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** While it is busy, nothing of it is read out: history is no news. */
  set isBusy(isBusy: boolean) {
    this.#list.setAttribute("aria-busy", String(isBusy));
  }

  /** Shows these messages and no others. */
  update(messages: readonly Message[]): void {
    const ids = new Set(messages.map(({ id }) => id));
    for (const [id, row] of this.#rows) if (!ids.has(id)) this.#remove(id, row);
    const lastOwn = messages.findLast(this.#parts.isOwn)?.id;
    linesOf(messages).forEach((line, index) => {
      const row = this.#row(line.message);
      this.#fill(row, line, line.message.id === lastOwn);
      if (this.#list.children[index] !== row.root) {
        this.#list.insertBefore(row.root, this.#list.children[index] ?? null);
      }
    });
    this.#empty.hidden = messages.length > 0;
    if (this.#isAtEnd) this.toEnd();
  }

  /** Scrolls to the newest message. */
  toEnd(): void {
    this.#isAtEnd = true;
    this.root.scrollTop = this.root.scrollHeight;
  }

  #onScroll(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.root;
    if (clientHeight === 0) return; // it is not shown
    this.#isAtEnd = scrollTop + clientHeight >= scrollHeight - END_PX;
    if (this.#isAtEnd) this.#parts.onEnd();
  }

  #remove(id: string, { root }: Row): void {
    root.remove();
    this.#rows.delete(id);
  }

  #row(message: Message): Row {
    const known = this.#rows.get(message.id);
    if (known) return known;
    const root = make("li", "chat-message");
    const [day, head, fate] = [make("p", "chat-day"), make("p", "chat-head"), make("p", "chat-fate")];
    root.append(day, head, textOf(message.said), fate);
    const row = { root, day, head, fate, shown: "" };
    this.#rows.set(message.id, row);
    return row;
  }

  #fill(row: Row, { message, isFirst, isNewDay }: ChatLine, isLastOwn: boolean): void {
    const { isOwn, deliveryOf } = this.#parts;
    const delivery = isOwn(message) ? deliveryOf(message) : undefined;
    const shown = JSON.stringify([message, isFirst, isNewDay, isLastOwn, delivery]);
    if (shown === row.shown) return;
    row.shown = shown;
    row.root.classList.toggle("is-own", delivery !== undefined);
    row.root.classList.toggle("is-first", isFirst);
    row.root.dataset["delivery"] = delivery?.t ?? "";
    row.day.hidden = !isNewDay;
    setText(row.day, isNewDay ? DAY.format(message.at) : "");
    row.head.replaceChildren(...headOf(message, delivery ? "You" : message.name));
    row.fate.replaceChildren(...this.#fateOf(message.id, delivery, isLastOwn));
  }

  #fateOf(id: string, delivery: Delivery | undefined, isLastOwn: boolean): readonly HTMLElement[] {
    if (delivery?.t === "sending") return [make("span", "chat-state", "Sending …")];
    if (delivery?.t === "sent") return isLastOwn ? [make("span", "chat-state", "Sent")] : [];
    if (delivery?.t !== "refused") return [];
    const again = textButton("Try again", () => this.#parts.onRetry(id), "chat-small");
    const away = textButton("Discard", () => this.#parts.onDrop(id), "chat-small");
    return [make("span", "chat-state", `Not sent: ${delivery.why || "the server did not take it."}`), again, away];
  }
}

function headOf({ at }: Message, name: string): readonly HTMLElement[] {
  const who = make("bdi", "chat-name", name);
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.title = MOMENT.format(at);
  time.textContent = TIME.format(at);
  return [who, time];
}

/** Text and nothing else: a link shows the address to which it leads, and that page hears nothing of this one. */
function textOf(text: string): HTMLElement {
  const root = make("p", "chat-text");
  root.dir = "auto";
  for (const part of splitLinks(text)) root.append(part.href === undefined ? part.text : anchor(part.text, part.href));
  for (const { host } of splitLinks(text)) if (host) root.append(make("span", "chat-host", ` leads to ${host}`));
  return root;
}

function anchor(text: string, href: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = href;
  link.textContent = text;
  link.dir = "ltr"; // whatever stands before it to turn the direction of text
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow ugc";
  return link;
}
