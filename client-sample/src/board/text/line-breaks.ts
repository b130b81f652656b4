/**
 * Where a line may break, as browsers do it: the pairs of Unicode's line breaking (UAX 14) that people write, and within ASCII
 * the shorter table that browsers have for it. Pure.
 */

type Kind =
  | "letter"
  | "ideograph"
  | "space"
  | "zeroWidth"
  | "glue"
  | "open"
  | "close"
  | "parenthesis"
  | "quote"
  | "exclamation"
  | "infix"
  | "slash"
  | "hyphen"
  | "after"
  | "dash"
  | "ellipsis"
  | "noStart"
  | "prefix"
  | "postfix";

const KINDS: readonly (readonly [Kind, RegExp])[] = [
  ["space", /^ /],
  ["zeroWidth", /^\u200b/],
  ["glue", /^[\u00a0\u00ad\u2007\u202f\u2060\ufeff]/],
  ["hyphen", /^-/],
  ["dash", /^\u2014/],
  ["ellipsis", /^[\u2024-\u2026]/],
  ["after", /^[\u1680\u2000-\u2006\u2008-\u200a\u2010\u2012\u2013\u205f\u3000]/],
  ["noStart", /^[々〻ゝゞヽヾ゠・：；‼⁇⁈⁉]/],
  ["exclamation", /^[!?！？؟]/],
  ["infix", /^[,.:;،؛։]/],
  ["slash", /^\//],
  ["close", /^[、。，．｡､]/],
  ["parenthesis", /^[)\]]/],
  ["open", /^[\p{Ps}¡¿]/u],
  ["close", /^\p{Pe}/u],
  ["quote", /^["'\p{Pi}\p{Pf}]/u],
  ["postfix", /^[%°‰‱′″‴¢℃℉]/],
  ["prefix", /^[+\\±\p{Sc}]/u],
  [
    "ideograph",
    /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Yi}\p{Regional_Indicator}\p{Emoji_Presentation}\u{1f000}-\u{1faff}\u2614-\u27ff\u3000-\u30ff\uff00-\uffef]/u,
  ],
];
/** Of these no line begins, and after these none ends. */
const NEVER_FIRST = new Set<Kind>([
  "close",
  "parenthesis",
  "exclamation",
  "infix",
  "slash",
  "noStart",
  "after",
  "hyphen",
  "ellipsis",
  "quote",
]);
const ALWAYS_AFTER = new Set<Kind>(["close", "exclamation", "after", "hyphen", "ellipsis", "noStart", "dash"]);
const ASCII = /^[!-~]$/;
const IS_PLAIN = /^[\n -~\u00a1-\u02ff\u0370-\u052f]*$/;
const NEEDS_DICTIONARY = /[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const words = new Intl.Segmenter(undefined, { granularity: "word" });
const kindByCharacter = new Map<string, Kind>();
/** More different characters than people use in one place. */
const MAX_KINDS = 10_000;

/** The characters of a text as people see them, also where one is made of several. */
export function graphemesOf(text: string): readonly string[] {
  return IS_PLAIN.test(text) ? [...text] : Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Places in a text where a new line may begin, in order; never at its start or end, never before a space. */
export function breaksIn(text: string): readonly number[] {
  const breaks: number[] = [];
  const dictionary = NEEDS_DICTIONARY.test(text) ? wordStarts(text) : undefined;
  let place = 0;
  let beforeLast = "";
  let last = "";
  for (const next of graphemesOf(text)) {
    if (place > 0 && (mayBreak(last, next, beforeLast) || dictionary?.has(place))) breaks.push(place);
    place += next.length;
    beforeLast = last;
    last = next;
  }
  return breaks;
}

function mayBreak(a: string, b: string, beforeA: string): boolean {
  if (b === " ") return false;
  if (a === " ") return true;
  if (isWordly(a) && isWordly(b)) return false;
  return ASCII.test(a) && ASCII.test(b) ? mayBreakAscii(a, b, beforeA) : mayBreakBetween(kindOf(a), kindOf(b));
}

/** Whether it is one of the letters and digits that most texts are made of. */
function isWordly(character: string): boolean {
  const code = character.charCodeAt(0) | 0x20; // small letters
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
}

function mayBreakAscii(a: string, b: string, beforeA: string): boolean {
  if (a === "-") return /\d/.test(b) ? /[0-9A-Za-z]/.test(beforeA) : !/[!$),./:;?\]}]/.test(b);
  if (a === "?") return !/[!"'),./:;?\]}]/.test(b);
  return /[(<[{]/.test(b) && /[!"#%&)*+,.:;>\\\]|}~]/.test(a);
}

function mayBreakBetween(a: Kind, b: Kind): boolean {
  if (a === "zeroWidth") return true;
  if (a === "glue" || a === "open" || a === "quote" || b === "zeroWidth" || NEVER_FIRST.has(b)) return false;
  if (b === "glue") return a === "hyphen" || a === "after";
  if (a === "dash" || b === "dash") return a !== b;
  return ALWAYS_AFTER.has(a) || mayBreakWords(a, b);
}

/** Between kinds that stand for words, numbers and their signs. */
function mayBreakWords(a: Kind, b: Kind): boolean {
  switch (a) {
    case "ideograph":
      return b !== "postfix";
    case "letter":
      return b === "ideograph";
    case "parenthesis":
    case "infix":
    case "postfix":
      return b !== "letter";
    case "prefix":
      return b !== "letter" && b !== "ideograph";
    default:
      return true; // a slash
  }
}

function kindOf(character: string): Kind {
  const known = kindByCharacter.get(character);
  if (known) return known;
  if (kindByCharacter.size === MAX_KINDS) kindByCharacter.clear();
  const kind = KINDS.find(([, pattern]) => pattern.test(character))?.[0] ?? "letter";
  kindByCharacter.set(character, kind);
  return kind;
}

/** Where words begin in scripts that are written without spaces. */
function wordStarts(text: string): ReadonlySet<number> {
  const starts = new Set<number>();
  let last = "";
  for (const { segment, index } of words.segment(text)) {
    if (NEEDS_DICTIONARY.test(segment) && NEEDS_DICTIONARY.test(last)) starts.add(index);
    last = segment;
  }
  return starts;
}
