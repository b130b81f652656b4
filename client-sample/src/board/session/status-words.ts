import type { PushRefusal, Reason, Status, StatusDetail } from "../../../../src/client/client.ts";
import { tokenWords } from "../../net/token-words.ts";
import { countOf } from "../../ui/dom.ts";

/** What is known of the connection and of what was not saved yet. */
export interface SaveFacts {
  readonly status: Status;
  /** Whether the document has come. */
  readonly isLive: boolean;
  /** Changes that are not on the server's disk. */
  readonly unsaved: number;
  /** Whether they outlast this page. */
  readonly isPersistent: boolean;
  /** Why the server did not take the last change; undefined where it did. */
  readonly problem?: string | undefined;
}

/** The "Saved" sign. "wait" is on its way, "kept" is safe on this device, "risk" is safe nowhere. */
export interface SaveSign {
  readonly kind: "saved" | "wait" | "kept" | "risk";
  readonly text: string;
  /** The same in a whole sentence. */
  readonly detail: string;
}

/** What the sign says: never "saved" of what is not on the server's disk. */
export function saveSign({ status, isLive, unsaved, isPersistent, problem }: SaveFacts): SaveSign {
  const changes = countOf(unsaved, "change");
  if (unsaved === 0) return signOfNothing(status, isLive, problem);
  if (status === "online") {
    return { kind: "wait", text: `Saving ${unsaved} …`, detail: `${changes} on the way to the server.` };
  }
  if (!isPersistent) {
    const detail = `${changes} not saved. This browser keeps nothing: leave the page open until the server is back.`;
    return { kind: "risk", text: `${unsaved} not kept`, detail };
  }
  const why = status === "refused" ? "The server does not let you in" : "Offline";
  const what = `${changes} kept on this device, and sent when the server is back.`;
  return { kind: "kept", text: `Offline: ${unsaved} kept`, detail: `${why}: ${what}` };
}

function signOfNothing(status: Status, isLive: boolean, problem: string | undefined): SaveSign {
  if (problem !== undefined) return { kind: "risk", text: "Not saved", detail: problem };
  if (status !== "online") return { kind: "wait", text: "Offline", detail: "Offline. Nothing waits to be saved." };
  if (!isLive) return { kind: "wait", text: "Opening …", detail: "The board is on its way." };
  return { kind: "saved", text: "Saved", detail: "Everything is on the server's disk." };
}

/**
 * Why there is no connection, for the banner.
 *
 * @param hasBeenOnline whether there was a connection since the page was opened
 * @param canEdit whether this visitor may draw, as far as that is known
 */
export function connectionWords(
  status: Status,
  detail: StatusDetail,
  { hasBeenOnline, canEdit }: { readonly hasBeenOnline: boolean; readonly canEdit: boolean },
): string {
  const goOn = canEdit ? " You can go on drawing." : "";
  if (status === "offline") return `No network.${goOn}`;
  const seconds = Math.ceil((detail.retryInMs ?? 0) / 1000);
  const next = seconds > 1 ? `Next attempt in ${seconds} s.` : "Trying now …";
  const what = hasBeenOnline ? "Connection lost." : "The server cannot be reached.";
  return `${what}${goOn} ${next}`;
}

/** A page that says why there is no board, and what to do. */
export interface ClosedDoor {
  readonly title: string;
  readonly text: string;
  /** Whether the invitation is at fault, so that one may come without it. */
  readonly isAboutInvitation: boolean;
  /** Whether another token would open it. */
  readonly isAboutToken: boolean;
}

/**
 * What the server's refusal means, by its code.
 *
 * @param hasOwnToken whether the visitor came with a token that they had brought, and is no guest
 */
export function closedDoor({ code, detail }: Reason, { hasOwnToken = false } = {}): ClosedDoor {
  const known = codeIn(code, detail);
  const ofToken = hasOwnToken || known === "GUESTS_REFUSED" ? tokenWords(known) : undefined;
  const [title, text] = DOORS[known] ?? ["The board does not open", plainDetail(detail)];
  return {
    title,
    text,
    ...ofToken,
    isAboutInvitation: /^GRANT_|^4504$/.test(known),
    isAboutToken: ofToken !== undefined,
  };
}

/** Why the server did not take a change, for the person who made it. */
export function refusalWords({ code, detail }: PushRefusal): string {
  switch (code) {
    case "READONLY":
      return "You may look at this board, and not change it.";
    case "FULL":
      return "This board is full. Delete something, and there is room again.";
    case "EXPIRED":
      return "You were away for so long that the server no longer knows whether it has your last changes.";
    default:
      return `Not saved: ${plainDetail(detail)}`;
  }
}

/** What the server says, without the code in front; a sentence of its own where it says nothing. */
export function plainDetail(detail: string): string {
  const text = detail.replace(/^[A-Z_]+: /, "").trim();
  return text === "" ? "The server does not say why. Try again in a moment." : text;
}

const DOORS: Readonly<Record<string, readonly [title: string, text: string]>> = {
  GRANT_EXPIRED: [
    "This invitation has ended",
    "Invitations hold for some time only. Ask whoever sent it for a new link.",
  ],
  GRANT_INVALID: [
    "This invitation does not hold",
    "It was withdrawn, or the link is not whole or for another board. Ask whoever sent it for a new link.",
  ],
  BOARD_CLOSED: [
    "This board is for invited people",
    "Its owner has closed it for those who have only the link. Ask the owner for an invitation.",
  ],
  TOKEN_EXPIRED: ["Your visit has ended", "Load the page again to come back."],
  TOKEN_REVOKED: ["You are not let in any more", "Those who run this server have ended your rights. Ask them."],
  ROOM_FULL: ["This board is full", "As many people are on it as it takes. Try again in a moment."],
  OPTIONS_INVALID: ["This board cannot be opened", "The server does not take this address, or your name. Check both."],
  ROOM_NAME_UNKNOWN: ["There are no boards here", "This server offers no whiteboards."],
  LOG_CORRUPT: ["This board is damaged", "It is left as it is for those who run this server. Ask them."],
  "4000": ["You were asked to leave", "The board has let you go. You can open it again."],
  "4500": ["The server refused what this page sent", "Load the page again. What you drew is kept on this device."],
  "4501": ["The board has failed", "It ended on an error. Load the page again in a moment."],
  "4505": [
    "This board is for invited people now",
    "Its owner has closed it for those who have only the link, or has withdrawn your invitation. Ask the owner for a new one.",
  ],
  "4504": ["This invitation does not hold any more", "Ask whoever sent it for a new link."],
  "4503": ["You are not let in", "The server does not take your token. Load the page again."],
};

/** The code of the catalogue, which may stand before the sentence. */
function codeIn(code: string, detail: string): string {
  const leading = /^([A-Z_]+): /.exec(detail)?.[1];
  return leading ?? code;
}
