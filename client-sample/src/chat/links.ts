/** A part of a message: plain text, or a link that is shown as it was written. */
export interface TextPart {
  readonly text: string;
  /** Where it leads: http or https. */
  readonly href?: string;
  /** The host as the network knows it, where that is not how it looks. */
  readonly host?: string;
}

/** Ends at whatever cannot be in an address: spaces, quotes, and characters that show nothing or turn the direction of text. */
const ADDRESS = /(?<![\p{L}\p{N}])https?:\/\/[^\s\p{C}<>"`{}|\\^]+/giu;
/** What ends a sentence rather than an address. */
const TAIL = new Set([..."\u2026.,;:!?'*_~"]);
const PAIRS: Readonly<Record<string, string>> = { ")": "(", "]": "[" };

/** Finds the addresses in a text. The parts' texts in a row are the whole text. */
export function splitLinks(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const link = linkOf(withoutTail(found));
    if (!link) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push(link);
    end = index + link.text.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/** An address with a name before its host pretends to lead elsewhere; it stays text. */
function linkOf(text: string): TextPart | undefined {
  if (!URL.canParse(text)) return undefined;
  const { href, host, username, password } = new URL(text);
  if (username !== "" || password !== "") return undefined;
  return text.toLowerCase().includes(host) ? { text, href } : { text, href, host };
}

/** Without what belongs to the sentence: a full stop, or a bracket that was opened before the address. */
function withoutTail(address: string): string {
  const open = new Map(Object.values(PAIRS).map((bracket) => [bracket, countOf(address, bracket)]));
  const closed = new Map(Object.keys(PAIRS).map((bracket) => [bracket, countOf(address, bracket)]));
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    const opening = PAIRS[last];
    const isUnopened = opening !== undefined && (closed.get(last) ?? 0) > (open.get(opening) ?? 0);
    if (!TAIL.has(last) && !isUnopened) break;
    if (isUnopened) closed.set(last, (closed.get(last) ?? 0) - 1);
  }
  return address.slice(0, end);
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1;
}
