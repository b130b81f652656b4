import { make } from "./dom.ts";

/** A form in which a visitor gives a token. */
export function tokenForm(onToken: (token: string) => void): HTMLFormElement {
  const form = document.createElement("form");
  form.className = "token-form";
  const field = document.createElement("input");
  field.type = "password"; // whoever looks over the shoulder would be let in, too
  field.required = true;
  field.autocomplete = "off";
  field.spellcheck = false;
  const label = make("label", "", "Token");
  label.append(field);
  const enter = document.createElement("button");
  enter.className = "primary";
  enter.textContent = "Go in";
  form.append(label, enter);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const token = field.value.trim();
    if (token !== "") onToken(token);
  });
  return form;
}
