/** The sample page: a lobby, and a game for as long as there is a seat in an arena. */

import { Client } from "@colyseus/sdk";
import { visitorToken } from "./board/session/visitor-token.ts";
import { type LobbyChat, openLobbyChat } from "./chat/lobby-chat.ts";
import { exposeDebugHandle } from "./debug-handle.ts";
import { type ArenaSession, type Entrance, openArenaSession } from "./net/arena-session.ts";
import { serverEndpoint } from "./net/endpoint.ts";
import { takeGoal } from "./net/kept-goal.ts";
import { keepSeat, takeKeptSeat } from "./net/kept-seat.ts";
import { type LobbyLink, openLobbyLink } from "./net/lobby-link.ts";
import { comeWith, ownToken, takeTokenOf } from "./net/own-token.ts";
import { explainError, explainLostSeat } from "./net/plain-words.ts";
import { VisitorIdentity } from "./net/visitor-identity.ts";
import { openPagePeople } from "./people/page-people.ts";
import { openBoardsCard } from "./ui/boards-card.ts";
import { element } from "./ui/dom.ts";
import { GameView } from "./ui/game-view.ts";
import { LobbyView } from "./ui/lobby-view.ts";

const server = serverEndpoint(location);
takeTokenOf(location, server);
const client = new Client(server);
const token = ownToken(server);
if (token !== undefined) client.auth.token = token;
/** Seats in games are the visitor's, so that others see where they are. */
const player = new Client(server);
const identity = new VisitorIdentity(player, visitorToken(server));
const lobby = new LobbyView({
  onEnter: (entrance) => void enter(entrance),
  onToken: (brought) => comeWith(server, brought),
});
const game = new GameView({ onLeave: leave, onRejoin: (roomId) => void rejoin(roomId) });
let lobbyLink: LobbyLink | undefined;
let lobbyChat: LobbyChat | undefined;
let isEntering = false;

const people = openPagePeople({
  server,
  name: () => lobby.name,
  roomId: () => game.session?.room.roomId,
  enter: goTo,
});

exposeDebugHandle(game);
openBoardsCard();
showLobby();
enterAtOnce(codeOf(location.hash), takeKeptSeat());
window.addEventListener("pagehide", () => keepSeat(game.session?.room.reconnectionToken));
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload(); // the browser kept a page that has said goodbye
});
window.addEventListener("hashchange", () => {
  if (takeTokenOf(location, server)) location.reload();
  const code = codeOf(location.hash);
  if (code === "" || code === game.session?.room.roomId) return;
  game.close();
  showLobby();
  lobby.joinByCode(code);
});

/** A board may lead to a game. A reload resumes its seat, unless the address names another room by now. */
function enterAtOnce(code: string, token: string | undefined): void {
  const seat = takeGoal();
  if (seat !== undefined) return void enter({ by: "reservation", seat });
  if (token !== undefined && (code === "" || token.startsWith(`${code}:`))) void enter({ by: "seat", token });
  else if (code !== "") lobby.joinByCode(code);
}

async function enter(entrance: Entrance): Promise<void> {
  if (isEntering) return;
  isEntering = true;
  lobby.isBusy = true;
  lobby.say("");
  try {
    showGame(await openArenaSession({ client: player, name: lobby.name, identity }, entrance));
  } catch (error) {
    showLobby();
    lobby.say(entrance.by === "seat" ? explainLostSeat(error) : explainError(error));
    setHash("");
  } finally {
    isEntering = false;
    lobby.isBusy = false;
  }
}

function showGame(session: ArenaSession): void {
  lobbyLink?.close();
  lobbyLink = undefined;
  lobbyChat?.close();
  lobbyChat = undefined;
  lobby.isShown = false;
  game.open(session);
  people.moved();
  setHash(session.isPrivate ? session.room.roomId : "");
}

function showLobby(): void {
  lobby.isShown = true;
  lobbyLink ??= openLobbyLink(client, (snapshot) => lobby.update(snapshot));
  lobbyChat ??= openLobbyChat(element("lobby-chat", HTMLElement), server, () => lobby.name);
}

/** Into another game, also from out of one. */
async function goTo(entrance: Entrance): Promise<void> {
  if (isEntering) return;
  if (game.session !== undefined) leave();
  await enter(entrance);
}

function leave(): void {
  game.close();
  setHash("");
  showLobby();
  people.moved();
}

/** Takes a new seat: in the same room where it was a private one, else wherever there is one. */
async function rejoin(roomId: string): Promise<void> {
  const wasPrivate = game.session?.isPrivate === true;
  leave();
  await enter(wasPrivate ? { by: "code", code: roomId } : { by: "quickPlay" });
}

function codeOf(hash: string): string {
  return hash.slice(1).toUpperCase();
}

function setHash(code: string): void {
  history.replaceState(null, "", code === "" ? location.pathname + location.search : `#${code}`);
}
