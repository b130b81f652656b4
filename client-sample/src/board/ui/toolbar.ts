import { element, make } from "../../ui/dom.ts";
import type { Editor, ToolName } from "../words.ts";
import { iconButton, setPressed } from "./buttons.ts";

interface ToolButton {
  readonly tool: ToolName;
  readonly label: string;
  readonly keys: string;
  /** On a small screen it stands in the drawer of shapes. */
  readonly isShape?: boolean;
}

/** The tools, in the order in which they stand. */
export const TOOL_BUTTONS: readonly ToolButton[] = [
  { tool: "select", label: "Select", keys: "V" },
  { tool: "hand", label: "Move the view", keys: "H" },
  { tool: "pen", label: "Pen", keys: "P" },
  { tool: "eraser", label: "Eraser", keys: "E" },
  { tool: "rect", label: "Rectangle", keys: "R", isShape: true },
  { tool: "ellipse", label: "Ellipse", keys: "O", isShape: true },
  { tool: "arrow", label: "Arrow", keys: "A", isShape: true },
  { tool: "line", label: "Line", keys: "L", isShape: true },
  { tool: "note", label: "Sticky note", keys: "N" },
  { tool: "text", label: "Text", keys: "T" },
];

/** What else stands in the toolbar. */
export interface ToolbarActions {
  /** The person wants to bring a picture. */
  readonly onImage: () => void;
  /** The person wants to see the styles, on a small screen, or no longer. */
  readonly onStyle: () => void;
}

/** The row of tools. It shows which one is in the hand, and nothing of it can be used by those who may only look. */
export class Toolbar {
  readonly #editor: Editor;
  readonly #root = element("tools", HTMLElement);
  readonly #buttons = new Map<ToolName, HTMLButtonElement>();
  readonly #drawer = make("div", "shape-drawer");
  readonly #shapes: HTMLButtonElement;
  readonly #image: HTMLButtonElement;
  readonly #style: HTMLButtonElement;

  constructor(editor: Editor, { onImage, onStyle }: ToolbarActions) {
    this.#editor = editor;
    this.#shapes = iconButton({ icon: "shapes", label: "Shapes" }, () => this.#toggleDrawer());
    this.#shapes.classList.add("for-small");
    this.#shapes.setAttribute("aria-expanded", "false");
    this.#image = iconButton({ icon: "image", label: "Picture" }, onImage);
    this.#style = iconButton({ icon: "style", label: "Style" }, onStyle);
    this.#style.id = "style-button";
    this.#style.classList.add("for-small");
    for (const look of TOOL_BUTTONS) this.#buttons.set(look.tool, this.#make(look));
    this.#fill();
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.#root.contains(target as Node)) this.#closeDrawer(); // the target of a pointer is a node
    });
    editor.onChange(() => this.#show());
    this.#show();
  }

  #fill(): void {
    const row = element("tool-buttons", HTMLElement);
    for (const { tool, isShape } of TOOL_BUTTONS) {
      const button = this.#buttons.get(tool);
      if (button) (isShape ? this.#drawer : row).append(button);
      if (tool === "eraser") row.append(this.#shapes, this.#drawer);
    }
    row.append(this.#image, this.#style);
  }

  #make({ tool, label, keys }: ToolButton): HTMLButtonElement {
    const button = iconButton({ icon: tool, label, keys }, () => {
      this.#editor.setTool(tool);
      this.#closeDrawer();
    });
    button.dataset["tool"] = tool;
    return button;
  }

  #show(): void {
    const { tool, canEdit, hindrance } = this.#editor;
    this.#root.hidden = hindrance === "opening"; // what is offered now might be taken away in a moment
    for (const [name, button] of this.#buttons) {
      setPressed(button, name === tool);
      button.hidden = !canEdit && name !== "select" && name !== "hand";
    }
    for (const part of [this.#image, this.#style, this.#shapes, this.#drawer]) part.hidden = !canEdit;
    setPressed(
      this.#shapes,
      TOOL_BUTTONS.some((one) => one.isShape && one.tool === tool),
    );
  }

  #toggleDrawer(): void {
    const isOpen = this.#drawer.toggleAttribute("data-open");
    this.#shapes.setAttribute("aria-expanded", String(isOpen));
  }

  #closeDrawer(): void {
    this.#drawer.removeAttribute("data-open");
    this.#shapes.setAttribute("aria-expanded", "false");
  }
}
