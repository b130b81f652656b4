import type { Message } from "../../../rooms/chat/rules/chat.ts";

const MINUTE_MS = 60_000;

/** A message, and whether it begins something. */
export interface ChatLine {
  readonly message: Message;
  /** The first of its author in that minute: it shows name and time. */
  readonly isFirst: boolean;
  /** The first of its day. */
  readonly isNewDay: boolean;
}

/** Whether a change of these records may be one of the chat. */
export function isAboutChat(ids: readonly string[]): boolean {
  return ids.some((id) => id.startsWith("$chat/"));
}

/** Groups messages by author and minute, and finds where days begin. */
export function linesOf(messages: readonly Message[]): readonly ChatLine[] {
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const isNewDay = !before || dayOf(before.at) !== dayOf(message.at);
    return { message, isNewDay, isFirst: isNewDay || !isSameGroup(before, message) };
  });
}

function isSameGroup(one: Message, other: Message): boolean {
  const isSameMinute = Math.floor(one.at / MINUTE_MS) === Math.floor(other.at / MINUTE_MS);
  return isSameMinute && one.by === other.by && one.name === other.name;
}

function dayOf(at: number): string {
  return new Date(at).toDateString();
}
