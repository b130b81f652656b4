import { comeWith, ownToken } from "../net/own-token.ts";
import { tokenForm } from "../ui/token-form.ts";
import type { BoardSession } from "./session/board-session.ts";
import { type ClosedDoor, closedDoor } from "./session/status-words.ts";
import { type CoverAction, showCover } from "./ui/cover.ts";

/** Where the server does not let the visitor in, the page says so, and what to do. */
export function watchDoor(session: BoardSession): void {
  const { connection } = session;
  const look = (): void => {
    const { status, statusDetail } = connection;
    if (status === "refused") showDoor(session, statusDetail.reason ?? { code: "", detail: "" });
    else if (status === "online") showCover(undefined);
  };
  connection.onStatus(look);
  look();
}

function showDoor(session: BoardSession, reason: { readonly code: string; readonly detail: string }): void {
  const door = closedDoor(reason, { hasOwnToken: ownToken(session.server) !== undefined });
  const { title, text, isAboutInvitation, isAboutToken } = door;
  if (isAboutInvitation && session.usedKeptInvitation) {
    session.dropKeptInvitation();
    location.reload(); // it was no part of the address, so nobody has to know
    return;
  }
  showCover({
    icon: isAboutInvitation ? "link" : "lock",
    title,
    text: text + unsavedWords(session),
    form: isAboutToken ? tokenForm((token) => comeWith(session.server, token)) : undefined,
    actions: [
      ...wayIn(session, door),
      { label: "To all boards", onChoose: () => location.assign(new URL("../", location.href)) },
    ],
  });
}

function unsavedWords({ document: { unsaved, isPersistent } }: BoardSession): string {
  if (unsaved === 0) return "";
  const kept = isPersistent ? "is kept on this device" : "is kept as long as this page is open";
  return ` What you drew and is not saved (${unsaved}) ${kept}.`;
}

/** What else one may try. */
function wayIn(session: BoardSession, { isAboutInvitation, isAboutToken }: ClosedDoor): readonly CoverAction[] {
  if (isAboutInvitation) return [{ label: "Open without the invitation", onChoose: () => leaveInvitation(session) }];
  if (!isAboutToken) return [{ label: "Try again", onChoose: () => session.connection.reconnect() }];
  if (ownToken(session.server) === undefined) return [];
  return [{ label: "Open without the token", onChoose: () => comeWith(session.server, undefined) }];
}

function leaveInvitation(session: BoardSession): void {
  session.dropKeptInvitation();
  history.replaceState(null, "", location.pathname + location.search);
  location.reload();
}
