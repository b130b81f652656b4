import { make } from "../../ui/dom.ts";

/** What a choice between a few things is made of. */
export interface ChoiceOptions<V extends string> {
  readonly chosen: V;
  readonly onChoose: (value: V) => void;
}

let groups = 0;

/** A choice between a few things, side by side. */
export function choice<V extends string>(
  label: string,
  values: readonly (readonly [V, string])[],
  { chosen, onChoose }: ChoiceOptions<V>,
): HTMLElement {
  const root = make("div", "choice");
  root.setAttribute("role", "radiogroup");
  root.setAttribute("aria-label", label);
  const group = `choice-${++groups}`;
  for (const [value, text] of values) {
    const input = document.createElement("input");
    input.type = "radio";
    input.name = group;
    input.checked = value === chosen;
    input.addEventListener("change", () => onChoose(value));
    const line = document.createElement("label");
    line.append(input, text);
    root.append(line);
  }
  return root;
}

/** A list to choose from. */
export function select(label: string, values: readonly (readonly [string, string])[]): HTMLSelectElement {
  const root = document.createElement("select");
  root.setAttribute("aria-label", label);
  for (const [value, text] of values) root.append(new Option(text, value));
  return root;
}
