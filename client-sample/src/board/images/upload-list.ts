import { textButton } from "../../ui/dom.ts";
import type { Waiting } from "./image-intake.ts";
import "./upload-list.css";

/** What a person does about a picture on its way. */
export interface UploadActions {
  readonly onRetry: (id: string) => void;
  readonly onDrop: (id: string) => void;
}

interface Row {
  readonly element: HTMLElement;
  readonly status: HTMLElement;
  readonly bar: HTMLProgressElement;
  readonly retry: HTMLButtonElement;
  readonly url: string;
}

/** Shows the pictures that are on their way, how far they are, and what hinders them. */
export class UploadList {
  readonly #element = document.createElement("ul");
  readonly #actions: UploadActions;
  readonly #rows = new Map<string, Row>();

  constructor(host: HTMLElement, actions: UploadActions) {
    this.#actions = actions;
    this.#element.className = "uploads";
    this.#element.setAttribute("aria-label", "Pictures on their way");
    this.#element.hidden = true;
    for (const type of ["pointerdown", "dblclick", "keydown"]) {
      this.#element.addEventListener(type, (event) => event.stopPropagation());
    }
    host.append(this.#element);
  }

  show(pictures: readonly Waiting[]): void {
    for (const [id, row] of this.#rows) if (pictures.every((picture) => picture.id !== id)) this.#remove(id, row);
    for (const picture of pictures) this.#showOne(picture, this.#rows.get(picture.id) ?? this.#add(picture));
    this.#element.hidden = pictures.length === 0;
  }

  close(): void {
    this.show([]);
    this.#element.remove();
  }

  #showOne({ state, progress, message }: Waiting, { element, status, bar, retry }: Row): void {
    element.dataset["state"] = state;
    status.textContent = state === "uploading" ? `${Math.round(progress * 100)} %` : message || "Waits for its turn.";
    bar.hidden = state !== "uploading";
    bar.value = progress;
    retry.hidden = state !== "failed";
  }

  #add({ id, name, blob }: Waiting): Row {
    const element = document.createElement("li");
    const url = URL.createObjectURL(blob);
    const thumb = document.createElement("img");
    thumb.src = url;
    thumb.alt = "";
    const title = labelled("span", "upload-name", name);
    const status = labelled("span", "upload-status", "");
    status.setAttribute("role", "status");
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", `Upload of ${name}`);
    const retry = textButton("Try again", () => this.#actions.onRetry(id));
    const drop = textButton("Remove", () => this.#actions.onDrop(id));
    drop.setAttribute("aria-label", `Remove ${name}`);
    element.append(thumb, title, status, bar, retry, drop);
    this.#element.append(element);
    const row = { element, status, bar, retry, url };
    this.#rows.set(id, row);
    return row;
  }

  #remove(id: string, { element, url }: Row): void {
    URL.revokeObjectURL(url);
    element.remove();
    this.#rows.delete(id);
  }
}

function labelled(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
