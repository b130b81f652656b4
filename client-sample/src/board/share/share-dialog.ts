import type { Everyone } from "../../../../rooms/whiteboard/rules/board.ts";
import { make } from "../../ui/dom.ts";
import { boardLink } from "../session/board-address.ts";
import type { BoardSession } from "../session/board-session.ts";
import { plainDetail } from "../session/status-words.ts";
import { openDialog } from "../ui/dialog.ts";
import { icon } from "../ui/icons.ts";
import type { Role, Say } from "../words.ts";
import { choice, select } from "./fields.ts";

const HOUR_MS = 3_600_000;

const EVERYONE: readonly (readonly [Everyone, string])[] = [
  ["editor", "Draw"],
  ["viewer", "Only look"],
  ["none", "Nothing"],
];
const LIVES: readonly (readonly [string, string])[] = [
  [String(HOUR_MS), "for 1 hour"],
  [String(24 * HOUR_MS), "for 1 day"],
  [String(30 * 24 * HOUR_MS), "for 30 days"],
];
const ROLES: readonly (readonly [Role, string])[] = [
  ["editor", "May draw"],
  ["viewer", "May look"],
  ["owner", "Is an owner"],
];

/** The dialog in which a board is shared: its link, what everybody may do who has it, invitations for some time. */
export function openShare(session: BoardSession, say: Say): void {
  const body = make("div", "dialog-body");
  body.style.padding = "0";
  const fill = (): void => {
    const hadFocus = body.contains(document.activeElement);
    body.replaceChildren(...parts(session, say));
    if (hadFocus) body.querySelector<HTMLInputElement>("input:checked")?.focus(); // else who works by keys begins anew
  };
  let shown = "";
  const refresh = (): void => {
    const facts = JSON.stringify([session.role, session.everyone, session.isOwned]);
    if (facts !== shown) fill();
    shown = facts;
  };
  refresh();
  const stop = session.onChange(refresh);
  openDialog({ title: "Share this board", content: [body], onClosed: stop });
}

function parts(session: BoardSession, say: Say): readonly HTMLElement[] {
  const { role, isOwned, canEdit } = session;
  const shown = [linkPart(session, say)];
  if (role === "owner") shown.push(everyonePart(session));
  if (canEdit && isOwned) shown.push(invitePart(session, say));
  if (canEdit && !isOwned) shown.push(ownPart(session));
  return shown;
}

function linkPart({ boardId, everyone }: BoardSession, say: Say): HTMLElement {
  const part = section("Link");
  const words: Readonly<Record<Everyone, string>> = {
    editor: "Everyone who has it can draw.",
    viewer: "Everyone who has it can look.",
    none: "It opens for those only who are invited.",
  };
  part.append(linkField("Link of this board", boardLink(location, boardId), say), hint(words[everyone]));
  return part;
}

function everyonePart(session: BoardSession): HTMLElement {
  const part = section("Everyone with the link can");
  const told = hint("");
  const change = (everyone: Everyone): void => {
    told.textContent = "";
    session.share(everyone).catch((error: unknown) => tellFailure(told, error));
  };
  part.append(choice("Everyone with the link can", EVERYONE, { chosen: session.everyone, onChoose: change }), told);
  return part;
}

function invitePart(session: BoardSession, say: Say): HTMLElement {
  const part = section("Invite for some time");
  const roles = session.role === "owner" ? ROLES : ROLES.filter(([role]) => role === "viewer"); // of editors, the server takes no more
  const form = document.createElement("form");
  form.className = "invite-form";
  const role = select("What the invited may do", roles);
  const life = select("How long the invitation holds", LIVES);
  life.value = LIVES[1]?.[0] ?? "";
  const submit = make("button", "primary", "Make a link");
  const made = make("div", "share-part");
  form.append(role, life, submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = roles.find(([name]) => name === role.value)?.[0] ?? "viewer";
    session.invite(wanted, Number(life.value)).then(
      ({ invite, expiresAtMs }) =>
        made.replaceChildren(
          linkField("Invitation", boardLink(location, session.boardId, invite), say),
          hint(
            `Holds until ${new Date(expiresAtMs).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })}.`,
          ),
        ),
      (error: unknown) => {
        const told = hint("");
        tellFailure(told, error);
        made.replaceChildren(told);
      },
    );
  });
  part.append(form, made);
  if (session.role === "owner") part.append(...withdrawParts(session, () => made.replaceChildren()));
  return part;
}

/** Asks before it is done: nothing brings back what was withdrawn. */
function withdrawParts(session: BoardSession, onWithdrawn: () => void): readonly HTMLElement[] {
  const told = hint("This ends all links made until now, and takes away what they gave.");
  const ask = make("button", "", "Withdraw all invitations");
  const answers = make("div", "share-answers");
  const [yes, no] = [make("button", "primary", "Withdraw them"), make("button", "", "Keep them")];
  answers.append(yes, no);
  const show = (isAsked: boolean): void => {
    answers.hidden = !isAsked;
    ask.hidden = isAsked;
    (isAsked ? no : ask).focus();
  };
  answers.hidden = true;
  ask.addEventListener("click", () => show(true));
  no.addEventListener("click", () => show(false));
  yes.addEventListener("click", () => {
    show(false);
    session.withdraw().then(
      () => {
        onWithdrawn();
        told.className = "hint";
        told.textContent = "All invitations are withdrawn. New links work.";
      },
      (error: unknown) => tellFailure(told, error),
    );
  });
  return [told, ask, answers];
}

function ownPart(session: BoardSession): HTMLElement {
  const part = section("Nobody owns this board");
  const told = hint("Its owner says who may draw and who may look, and invites others.");
  const button = make("button", "", "Make this board mine");
  button.addEventListener("click", () => session.own().catch((error: unknown) => tellFailure(told, error)));
  part.append(told, button);
  return part;
}

function section(title: string): HTMLElement {
  const part = make("section", "share-part");
  part.append(make("h3", "", title));
  return part;
}

function hint(text: string): HTMLElement {
  const made = make("p", "hint", text);
  made.setAttribute("role", "status");
  return made;
}

function linkField(label: string, link: string, say: Say): HTMLElement {
  const field = make("div", "share-link");
  const input = document.createElement("input");
  input.readOnly = true;
  input.value = link;
  input.setAttribute("aria-label", label);
  input.addEventListener("focus", () => input.select());
  const copy = make("button", "", "Copy");
  copy.prepend(icon("copy"));
  copy.addEventListener("click", () => {
    input.select();
    copyText(link).then(
      () => {
        copy.replaceChildren(icon("check"), "Copied");
      },
      () => say("The browser does not let this page copy. The link is selected: copy it by the keyboard.", "problem"),
    );
  });
  field.append(input, copy);
  return field;
}

/** @throws where the browser does not let the page */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else if (!document.execCommand("copy")) throw new Error("There is no way to copy here."); // a page without https
}

function tellFailure(told: HTMLElement, error: unknown): void {
  told.classList.add("bad");
  told.textContent = plainDetail(error instanceof Error ? error.message : "");
}
