import { type Message, messagesOf } from "../../../rooms/chat/rules/chat.ts";
import type { EphemeralValues } from "../../../src/client/client.ts";
import { newId } from "../board/model/new-id.ts";
import { make, setText } from "../ui/dom.ts";
import { Composer } from "./composer.ts";
import { watchKeyboard } from "./keyboard-inset.ts";
import { MessageList } from "./message-list.ts";
import { isAboutChat } from "./messages.ts";
import { Outgoing } from "./outgoing.ts";
import { withBadge } from "./title-badge.ts";
import { TYPING_KEY, TypingSign, typingText } from "./typing.ts";
import { localSeenStore, Unread } from "./unread.ts";
import type { ChatDocument, Speaker } from "./words.ts";

/** What a chat is made of. */
export interface ChatPanelParts {
  readonly document: ChatDocument;
  readonly ephemeral: Pick<EphemeralValues, "set" | "entries" | "onChange">;
  /** Who speaks, whenever that is asked. */
  readonly me: () => Speaker;
  /** What somebody in the room is called; undefined for somebody who has gone. */
  readonly nameOf: (sessionId: string) => string | undefined;
  /** Filled with the chat. Hidden while it is closed. */
  readonly host: HTMLElement;
  /** Under which the browser keeps what was seen: one for each chat. */
  readonly key: string;
  /** A card is always open, and has its title from the page around it. @default "drawer" */
  readonly form?: "drawer" | "card";
  /** Told whenever it is opened or closed. */
  readonly onOpenChange?: (isOpen: boolean) => void;
  /** Told how many messages are new, whenever that changes. */
  readonly onUnread?: (count: number) => void;
}

/** How often to look whether the chat has come: an empty one tells of no change. */
const LOOK_MS = 200;

/** Messages, and a field to write some. */
export class ChatPanel {
  readonly #parts: ChatPanelParts;
  readonly #list: MessageList;
  readonly #composer: Composer;
  readonly #outgoing: Outgoing;
  readonly #unread: Unread;
  readonly #sign: TypingSign;
  readonly #news = document.createElement("button");
  readonly #typing = make("p", "chat-typing");
  readonly #stops: (() => void)[] = [];
  #messages: readonly Message[] = [];
  #hasCome = false;
  #unreadTold = 0;

  constructor(parts: ChatPanelParts) {
    this.#parts = parts;
    this.#sign = new TypingSign(parts.ephemeral);
    this.#unread = new Unread(localSeenStore(parts.key));
    this.#outgoing = new Outgoing({
      document: parts.document,
      me: parts.me,
      newId,
      nowMs: () => Date.now(),
      onChange: () => this.#show(),
    });
    this.#list = new MessageList({
      isOwn: (message) => this.#isOwn(message),
      deliveryOf: ({ id }) => this.#outgoing.deliveryOf(id) ?? { t: "sent" },
      onRetry: (id) => this.#outgoing.retry(id),
      onDrop: (id) => this.#outgoing.drop(id),
      onEnd: () => this.#showUnread(),
    });
    this.#composer = new Composer({
      onSay: (text) => this.#say(text),
      onWriting: (isWriting) => (isWriting ? this.#sign.touch() : this.#sign.end()),
    });
    this.#build();
    this.#listen();
    this.#show();
  }

  get isOpen(): boolean {
    return !this.#parts.host.hidden;
  }

  /** Messages of others that were not seen yet. */
  get unread(): number {
    return this.#unreadTold;
  }

  open(): void {
    this.#parts.host.hidden = false;
    this.#list.toEnd();
    // On a touch screen the keyboard would cover what one came to read.
    if (!matchMedia("(pointer: coarse)").matches) this.#composer.focus();
    this.#parts.onOpenChange?.(true);
    this.#showUnread();
  }

  close(): void {
    if (!this.isOpen || this.#parts.form === "card") return;
    this.#parts.host.hidden = true;
    this.#sign.end();
    this.#parts.onOpenChange?.(false);
  }

  toggle(): void {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** Takes the chat off the page. */
  dispose(): void {
    this.#sign.end();
    for (const stop of this.#stops) stop();
    this.#outgoing.close();
    this.#parts.host.replaceChildren();
    document.title = withBadge(document.title, 0);
  }

  #build(): void {
    const { host, form = "drawer" } = this.#parts;
    host.classList.add("chat");
    host.dataset["form"] = form;
    this.#news.type = "button";
    this.#news.className = "chat-news";
    this.#news.hidden = true;
    this.#news.addEventListener("click", () => {
      this.#list.toEnd();
      this.#showUnread();
    });
    this.#list.isBusy = true;
    const middle = make("div", "chat-middle");
    middle.append(this.#list.root, this.#news);
    host.replaceChildren(middle, this.#typing, this.#composer.root);
    if (form === "drawer") host.prepend(this.#header());
  }

  #header(): HTMLElement {
    const header = make("header", "chat-header");
    header.append(make("h2", "chat-title", "Chat"));
    const close = document.createElement("button");
    close.type = "button";
    close.className = "chat-close";
    close.setAttribute("aria-label", "Close chat");
    close.textContent = "×";
    close.addEventListener("click", () => this.close());
    header.append(close);
    return header;
  }

  #listen(): void {
    const { document: shared, ephemeral, host } = this.#parts;
    const onKey = (event: KeyboardEvent): void => {
      event.stopPropagation(); // letters that are written here are no shortcuts
      if (event.key === "Escape" && !event.isComposing) this.close();
    };
    const onVisible = (): void => this.#showUnread();
    host.addEventListener("keydown", onKey);
    document.addEventListener("visibilitychange", onVisible);
    const timer = window.setInterval(() => this.#lookWhetherCome(timer), LOOK_MS);
    this.#stops.push(
      watchKeyboard(),
      shared.onChange((ids) => isAboutChat(ids) && this.#show()),
      ephemeral.onChange((_, key) => key === TYPING_KEY && this.#showTyping()),
      () => host.removeEventListener("keydown", onKey),
      () => document.removeEventListener("visibilitychange", onVisible),
      () => window.clearInterval(timer),
    );
  }

  #lookWhetherCome(timer: number): void {
    if (!this.#parts.document.isLive) return;
    window.clearInterval(timer);
    this.#show();
  }

  #say(text: string): void {
    this.#outgoing.say(text);
    this.#list.toEnd();
  }

  #isOwn({ id, by }: Message): boolean {
    const { userId } = this.#parts.me();
    return (userId !== "" && by === userId) || this.#outgoing.deliveryOf(id) !== undefined;
  }

  #show(): void {
    const shown = messagesOf(this.#parts.document);
    this.#messages = [...shown, ...this.#outgoing.missingIn(new Set(shown.map(({ id }) => id)))];
    this.#list.update(this.#messages);
    if (this.#parts.document.isLive) {
      this.#hasCome = true;
      this.#list.isBusy = false;
    }
    this.#showUnread();
  }

  #showUnread(): void {
    if (!this.#hasCome) return;
    const isOwn = (message: Message): boolean => this.#isOwn(message);
    const isSeen = this.isOpen && this.#list.isAtEnd && document.visibilityState === "visible";
    if (isSeen) this.#unread.seen(this.#messages, isOwn);
    const count = this.#unread.count(this.#messages, isOwn);
    this.#news.hidden = count === 0 || this.#list.isAtEnd;
    setText(this.#news, `${count} new ${count === 1 ? "message" : "messages"} ↓`);
    if (count === this.#unreadTold) return;
    this.#unreadTold = count;
    document.title = withBadge(document.title, count);
    this.#parts.onUnread?.(count);
  }

  #showTyping(): void {
    const { ephemeral, nameOf } = this.#parts;
    const names = Array.from(ephemeral.entries(TYPING_KEY), ([sessionId]) => nameOf(sessionId) ?? "Somebody");
    setText(this.#typing, typingText(names));
  }
}
