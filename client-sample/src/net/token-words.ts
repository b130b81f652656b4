/** What a visitor is told whose token the server asks for, or does not take. */
export interface TokenWords {
  readonly title: string;
  readonly text: string;
}

const WANTED: TokenWords = {
  title: "This server asks for a token",
  text: "It lets in only those who bring one. Paste yours; it is kept until this tab is closed.",
};

const WORDS: Readonly<Record<string, TokenWords>> = {
  GUESTS_REFUSED: WANTED,
  TOKEN_MISSING: WANTED,
  TOKEN_INVALID: {
    title: "This token does not fit",
    text: "The server does not take it: it is not whole, or it was made for another server. Paste it once more.",
  },
  TOKEN_EXPIRED: { title: "Your token has ended", text: "Get a new one where you got this one, and paste it." },
  TOKEN_REVOKED: { title: "Your token was revoked", text: "Ask those who run this server for a new one." },
};

/** The words for a refusal by its code in the server's catalogue; undefined where it is not about a token that is brought. */
export function tokenWords(code: string): TokenWords | undefined {
  return Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
}

/** The code of a refusal that is about the visitor's token, of what a join failed with; undefined for other failures. */
export function tokenRefusalIn(error: unknown): string | undefined {
  const code = error instanceof Error ? /^([A-Z_]+): /.exec(error.message)?.[1] : undefined;
  return code !== undefined && tokenWords(code) ? code : undefined;
}
