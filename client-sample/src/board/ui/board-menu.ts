import { element } from "../../ui/dom.ts";
import type { Editor } from "../words.ts";
import { openHelp } from "./help.ts";
import { Menu, type MenuEntry } from "./menu.ts";
import type { Theme, ThemeChoice } from "./theme.ts";

/** What the menu leads to. */
export interface BoardMenuParts {
  readonly editor: Editor;
  readonly theme: Theme;
  readonly onPeople: () => void;
  readonly onHistory: () => void;
  readonly onRename: () => void;
}

const THEMES: readonly (readonly [ThemeChoice, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

/** The menu of the board, and the help. */
export function openBoardMenu({ editor, theme, onPeople, onHistory, onRename }: BoardMenuParts): void {
  const entries = (): readonly MenuEntry[] => [
    { label: "All boards", icon: "home", onChoose: () => location.assign(lobbyAddress(location)) },
    { label: "People", icon: "people", onChoose: onPeople },
    { label: "History", icon: "history", onChoose: onHistory },
    { label: "Your name", icon: "pen", onChoose: onRename },
    "line",
    {
      label: "Export as PNG",
      icon: "image",
      onChoose: () => editor.run("exportPng"),
      isEnabled: editor.scene.count > 0,
    },
    {
      label: "Export as SVG",
      icon: "shapes",
      onChoose: () => editor.run("exportSvg"),
      isEnabled: editor.scene.count > 0,
    },
    "line",
    { title: "Appearance" },
    ...THEMES.map(([choice, label]) => ({
      label,
      isChecked: theme.choice === choice,
      onChoose: () => {
        theme.choice = choice;
      },
    })),
    "line",
    { label: "Help and shortcuts", icon: "help", keys: "?", onChoose: openHelp },
  ];
  new Menu("Menu of the board").openWith(element("menu-button", HTMLButtonElement), entries);
  element("help-button", HTMLButtonElement).addEventListener("click", openHelp);
  window.addEventListener("keydown", (event) => {
    const isElsewhere =
      event.target instanceof Element && event.target.closest("input, textarea, [contenteditable], dialog");
    if (event.key === "?" && !isElsewhere && !event.defaultPrevented) openHelp();
  });
}

/** The page with all boards, on the same server. */
export function lobbyAddress({ pathname, search }: Location): string {
  const server = new URLSearchParams(search).get("server");
  const query = server === null ? "" : `?${new URLSearchParams({ server })}`;
  return `${pathname.replace(/board\/(index\.html)?$/, "")}${query}#boards`;
}
