/** Which board a page shows: /board/?id=plans, with an invitation behind the # where there is one. */

const BOARD_ID = /^[\w.:-]{1,64}$/;
const NEW_ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const NEW_ID_LENGTH = 12;

/** The board that an address names; undefined where it names none, or none that can be. */
export function boardIn({ search }: Pick<Location, "search">): string | undefined {
  const id = new URLSearchParams(search).get("id") ?? "";
  return BOARD_ID.test(id) ? id : undefined;
}

/** The invitation that an address carries. It stands behind the #, so that it is sent to no server. */
export function invitationIn({ hash }: Pick<Location, "hash">): string | undefined {
  return new URLSearchParams(hash.slice(1)).get("invite") || undefined;
}

/** The id of a board that a person calls so: "Our plans!" is our-plans. Empty where nothing of it is left. */
export function boardIdOf(name: string): string {
  return name
    .normalize("NFKD")
    .trim()
    .toLowerCase()
    .replace(/[^\w.:-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}

/** An id that nobody guesses. */
export function newBoardId(): string {
  const random = crypto.getRandomValues(new Uint8Array(NEW_ID_LENGTH));
  return Array.from(random, (byte) => NEW_ID_ALPHABET[byte % NEW_ID_ALPHABET.length]).join("");
}

/** Whether a board may have got its id from {@link newBoardId}. */
export function isNewBoardId(id: string): boolean {
  return id.length === NEW_ID_LENGTH && [...id].every((letter) => NEW_ID_ALPHABET.includes(letter));
}

/** Address of a board as one hands it on: of the page that is open, without what is only this visitor's. */
export function boardLink(page: Pick<Location, "origin" | "pathname" | "search">, id: string, invite?: string): string {
  const query = new URLSearchParams({ id });
  const server = new URLSearchParams(page.search).get("server");
  if (server !== null) query.set("server", server);
  const hash = invite === undefined ? "" : `#${new URLSearchParams({ invite })}`;
  return `${page.origin}${page.pathname}?${query}${hash}`;
}
