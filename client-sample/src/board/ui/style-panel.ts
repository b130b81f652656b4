import { element, make } from "../../ui/dom.ts";
import { COLOURS, shadesOf } from "../model/palette.ts";
import type { Colour, Editor, Item, ShapeStyle, ToolName } from "../words.ts";
import { setPressed } from "./buttons.ts";
import { type IconName, icon } from "./icons.ts";
import type { Theme } from "./theme.ts";

/** A part of the panel: choices for one property of a style. */
interface Section<P extends keyof ShapeStyle = keyof ShapeStyle> {
  readonly property: P;
  readonly title: string;
  readonly choices: readonly Choice<P>[];
}

interface Choice<P extends keyof ShapeStyle = keyof ShapeStyle> {
  readonly value: ShapeStyle[P];
  readonly label: string;
  readonly look:
    | { readonly swatch: string }
    | { readonly icon: IconName }
    | { readonly stroke: number }
    | { readonly text: string };
}

const COLOUR_WORDS: Readonly<Record<Colour, string>> = {
  ink: "Ink",
  grey: "Grey",
  red: "Red",
  orange: "Orange",
  yellow: "Yellow",
  green: "Green",
  teal: "Teal",
  blue: "Blue",
  violet: "Violet",
  pink: "Pink",
};

const colours = COLOURS.map((value) => ({ value, label: COLOUR_WORDS[value], look: { swatch: value } }));

const SECTIONS: readonly Section[] = [
  { property: "color", title: "Colour", choices: colours },
  {
    property: "fill",
    title: "Fill",
    choices: [{ value: "none", label: "No fill", look: { swatch: "none" } }, ...colours],
  },
  {
    property: "width",
    title: "Width",
    choices: [
      { value: 1.5, label: "Fine", look: { stroke: 1 } },
      { value: 2.5, label: "Thin", look: { stroke: 2 } },
      { value: 4, label: "Medium", look: { stroke: 3 } },
      { value: 8, label: "Thick", look: { stroke: 5 } },
      { value: 16, label: "Very thick", look: { stroke: 8 } },
    ],
  },
  {
    property: "dash",
    title: "Line",
    choices: [
      { value: "solid", label: "Solid", look: { icon: "solid" } },
      { value: "dashed", label: "Dashed", look: { icon: "dashed" } },
      { value: "dotted", label: "Dotted", look: { icon: "dotted" } },
    ],
  },
  {
    property: "fontSize",
    title: "Text",
    choices: [
      { value: 14, label: "Small", look: { text: "S" } },
      { value: 20, label: "Medium", look: { text: "M" } },
      { value: 24, label: "Large", look: { text: "L" } },
      { value: 40, label: "Very large", look: { text: "XL" } },
      { value: 72, label: "Huge", look: { text: "2XL" } },
    ],
  },
  {
    property: "align",
    title: "Align",
    choices: [
      { value: "left", label: "Left", look: { icon: "alignLeft" } },
      { value: "center", label: "Centred", look: { icon: "alignCenter" } },
      { value: "right", label: "Right", look: { icon: "alignRight" } },
    ],
  },
];

type Property = keyof ShapeStyle;

const FITS: Readonly<Record<Item["kind"], readonly Property[]>> = {
  stroke: ["color", "width"],
  rect: ["color", "fill", "width", "dash", "fontSize", "align"],
  ellipse: ["color", "fill", "width", "dash", "fontSize", "align"],
  line: ["color", "width", "dash"],
  arrow: ["color", "width", "dash"],
  note: ["fill", "fontSize", "align"],
  text: ["color", "fontSize", "align"],
  image: [],
  unknown: [],
};

const KIND_OF_TOOL: Readonly<Record<ToolName, Item["kind"] | undefined>> = {
  select: undefined,
  hand: undefined,
  eraser: undefined,
  pen: "stroke",
  rect: "rect",
  ellipse: "ellipse",
  line: "line",
  arrow: "arrow",
  note: "note",
  text: "text",
};

/** Which properties of a style make a difference: to what is selected, else to what the tool makes. */
export function fittingProperties(kinds: readonly Item["kind"][], tool: ToolName): ReadonlySet<Property> {
  const made = KIND_OF_TOOL[tool];
  const wanted = kinds.length > 0 || made === undefined ? kinds : [made];
  return new Set(wanted.flatMap((kind) => FITS[kind]));
}

/** How what is selected looks, or what is drawn next: only what makes a difference there. */
export class StylePanel {
  readonly #editor: Editor;
  readonly #root = element("style-panel", HTMLElement);
  readonly #parts: {
    readonly property: Property;
    readonly root: HTMLElement;
    readonly buttons: readonly StyleButton[];
  }[] = [];

  constructor(editor: Editor, theme: Theme) {
    this.#editor = editor;
    for (const section of SECTIONS) this.#add(section);
    theme.onChange(() => this.#paint(theme));
    this.#paint(theme);
    element("stage", HTMLElement).addEventListener("pointerdown", () => this.#root.removeAttribute("data-open"));
    editor.onChange(() => this.#show());
    editor.document.onChange(() => this.#show()); // what is only in somebody's hand has no other style
    this.#show();
  }

  /** On a small screen it lies over the board and is shown only when it is asked for. */
  toggle(): void {
    this.#root.toggleAttribute("data-open");
  }

  /** The colours as the board shows them. */
  #paint({ isDark }: Theme): void {
    for (const colour of COLOURS) {
      for (const [use, shade] of Object.entries(shadesOf(colour, isDark ? "dark" : "light"))) {
        this.#root.style.setProperty(`--${use}-${colour}`, shade);
      }
    }
  }

  #add({ property, title, choices }: Section): void {
    const root = make("div", "style-section");
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", title);
    const row = make("div", `style-row ${property}`);
    const buttons = choices.map((choice) => ({ value: choice.value, root: this.#button(property, title, choice) }));
    row.append(...buttons.map((button) => button.root));
    root.append(make("span", "style-title", title), row);
    this.#parts.push({ property, root, buttons });
    this.#root.append(root);
  }

  #button(property: Property, title: string, { value, label, look }: Choice): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `${title}: ${label}`);
    button.title = label;
    button.append(picture(look));
    button.addEventListener("click", () => this.#editor.setStyle({ [property]: value }));
    return button;
  }

  #show(): void {
    const { selection, scene, tool, canEdit } = this.#editor;
    const items = selection.flatMap((id) => scene.get(id) ?? []);
    const kinds = [...new Set(items.map(({ kind }) => kind))];
    const fitting = canEdit ? fittingProperties(kinds, tool) : new Set<Property>();
    this.#root.hidden = fitting.size === 0;
    for (const { property, root, buttons } of this.#parts) {
      root.hidden = !fitting.has(property);
      const value = commonValue(items, property, this.#editor.style);
      const isPaper =
        property === "fill" && (kinds.length > 0 ? kinds.every((kind) => kind === "note") : tool === "note");
      root.classList.toggle("of-paper", isPaper);
      for (const button of buttons) {
        setPressed(button.root, button.value === value);
        button.root.hidden = isPaper && button.value === "none"; // paper has a colour
      }
    }
  }
}

interface StyleButton {
  readonly value: unknown;
  readonly root: HTMLButtonElement;
}

/** What all of them have; undefined where they differ. */
function commonValue(items: readonly Item[], property: Property, style: ShapeStyle): unknown {
  const [first] = items;
  if (!first) return style[property];
  const value = first.style[property];
  return items.every((item) => item.style[property] === value) ? value : undefined;
}

function picture(look: Choice["look"]): Element {
  if ("icon" in look) return icon(look.icon);
  if ("text" in look) return make("span", "letter", look.text);
  const made = make("span", "swatch" in look ? "swatch" : "stroke");
  if ("swatch" in look) {
    made.dataset["colour"] = look.swatch;
    for (const use of ["line", "fill", "paper"]) made.style.setProperty(`--of-${use}`, `var(--${use}-${look.swatch})`);
  } else made.style.height = `${look.stroke}px`;
  return made;
}
