import { countOf, element } from "../../ui/dom.ts";
import type { BoardSession } from "../session/board-session.ts";
import type { Editor } from "../words.ts";
import { TOOL_BUTTONS } from "./toolbar.ts";

const MAX_NAMED = 3;

/** Tells something to those who do not see the page. */
export function announce(text: string): void {
  element("announcer", HTMLElement).textContent = text;
}

/** Tells those who do not see the page what happens on it: the tool in the hand, what is selected, who comes and goes. */
export function openAnnouncer(editor: Editor, session: BoardSession): void {
  let { tool } = editor;
  let selected = 0;
  editor.onChange(() => {
    if (editor.tool !== tool) announce(TOOL_BUTTONS.find((one) => one.tool === editor.tool)?.label ?? editor.tool);
    else if (editor.selection.length !== selected) announce(`${countOf(editor.selection.length, "shape")} selected`);
    tool = editor.tool;
    selected = editor.selection.length;
  });
  let before: ReadonlyMap<string, string> | undefined;
  session.onChange(() => {
    if (session.people.length === 0) return; // not online: nobody has gone
    const now = new Map(session.people.map(({ sessionId, name }) => [sessionId, name]));
    if (before) {
      const came = [...now].filter(([sessionId]) => !before?.has(sessionId)).map(([, name]) => `${name} is here`);
      const went = [...before].filter(([sessionId]) => !now.has(sessionId)).map(([, name]) => `${name} has left`);
      const news = [...came, ...went].slice(0, MAX_NAMED);
      if (news.length > 0) announce(news.join(". "));
    }
    before = now;
  });
}
