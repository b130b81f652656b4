/**
 * Pictures on their way to the board: made ready, brought to the server, and then put there. A picture needs the server; while
 * that is away it is kept in the page.
 */
import type { Connection } from "../../../../src/client/client.ts";
import { keysOnTop } from "../commands/order-keys.ts";
import { newId } from "../model/new-id.ts";
import type { Editor, Point, Say, Stop } from "../words.ts";
import { ImageRefused, sizeOnBoard } from "./image-bounds.ts";
import { type PreparedImage, prepareImage } from "./prepare-image.ts";
import { type UploadedImage, UploadFailed, upload } from "./upload.ts";
import { UploadList } from "./upload-list.ts";

/** What the intake of pictures needs. */
export interface ImageIntakeParts {
  readonly editor: Pick<Editor, "camera" | "scene" | "push" | "select" | "setTool" | "checkEdit">;
  readonly connection: Pick<Connection, "status" | "onStatus">;
  /** The right to bring an image of so many bytes. */
  readonly requestTicket: (bytes: number) => Promise<{ readonly ticket: string }>;
  /** http: or https: origin of the server. */
  readonly server: string;
  /** Where it is shown what is on its way. */
  readonly host: HTMLElement;
  readonly say: Say;
}

/** A picture on its way. */
export interface Waiting {
  readonly id: string;
  readonly name: string;
  /** What it looks like, in a list. */
  readonly blob: Blob;
  readonly state: "waiting" | "uploading" | "failed";
  /** 0 to 1. */
  readonly progress: number;
  /** Why it waits, or has failed. */
  readonly message: string;
}

/** Pictures that are kept in the page at a time. */
const MAX_WAITING = 8;
const MAX_ATTEMPTS = 6;
const RETRY_MS = 1500;
/** Pictures that come together lie beside one another. */
const STEP = 32;
const OFFLINE = "Waits for the server. Leave this page open.";

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly image: PreparedImage;
  readonly at: Point;
  readonly ended: AbortController;
  state: Waiting["state"];
  progress: number;
  message: string;
  attempts: number;
}

/** Takes pictures from the clipboard, from files that are dropped, and from a chooser. */
export class ImageIntake {
  readonly #parts: ImageIntakeParts;
  readonly #entries: Entry[] = [];
  readonly #list: UploadList;
  readonly #stop: Stop;
  readonly #listening = new AbortController();
  /** Pictures that are being made ready. */
  #preparing = 0;
  #isUploading = false;

  constructor(parts: ImageIntakeParts) {
    this.#parts = parts;
    this.#list = new UploadList(parts.host, {
      onRetry: (id) => this.#retry(id),
      onDrop: (id) => this.#drop(id),
    });
    this.#stop = parts.connection.onStatus(() => this.#run());
    window.addEventListener("beforeunload", (event) => this.#entries.length > 0 && event.preventDefault(), {
      signal: this.#listening.signal,
    });
  }

  /** Puts a picture on the board, its middle there, when the server has it. Tells the person what becomes of it. */
  async paste(file: Blob, at: Point): Promise<void> {
    const { editor, say } = this.#parts;
    const place = this.#entries.length + this.#preparing;
    if (!editor.checkEdit()) return;
    if (place >= MAX_WAITING) {
      return say(`${MAX_WAITING} pictures are on their way already. Wait until some are there.`, "problem");
    }
    this.#preparing++;
    try {
      const image = await prepareImage(file);
      const beside = { x: at.x + place * STEP, y: at.y + place * STEP };
      this.#entries.push(newEntry(nameOf(file), image, beside));
    } catch (error) {
      say(error instanceof ImageRefused ? error.message : "This picture cannot be put on the board.", "problem");
    } finally {
      this.#preparing--;
    }
    this.#run();
  }

  /** Lets the person choose pictures of this device. */
  choose(at: () => Point): void {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = "image/*";
    input.multiple = true;
    input.addEventListener("change", () => {
      for (const file of input.files ?? []) void this.paste(file, at());
    });
    input.click();
  }

  /** Gives up what is not there yet. */
  close(): void {
    this.#stop();
    this.#listening.abort();
    for (const { ended } of this.#entries) ended.abort();
    this.#entries.length = 0;
    this.#list.close();
  }

  #retry(id: string): void {
    const entry = this.#entries.find((each) => each.id === id);
    if (!entry) return;
    Object.assign(entry, { state: "waiting", attempts: 0, message: "" });
    this.#run();
  }

  #drop(id: string): void {
    const at = this.#entries.findIndex((each) => each.id === id);
    const [entry] = at < 0 ? [] : this.#entries.splice(at, 1);
    entry?.ended.abort();
    this.#show();
  }

  /** One after another, so that what was first is there first. */
  #run(): void {
    const entry = this.#entries.find(({ state }) => state === "waiting");
    const isOnline = this.#parts.connection.status === "online";
    if (!isOnline) for (const each of this.#entries) if (each.state === "waiting") each.message = OFFLINE;
    this.#show();
    if (!entry || this.#isUploading || !isOnline) return;
    this.#isUploading = true;
    void this.#bring(entry).finally(() => {
      this.#isUploading = false;
      this.#run();
    });
  }

  async #bring(entry: Entry): Promise<void> {
    Object.assign(entry, { state: "uploading", progress: 0, message: "" });
    this.#show();
    try {
      const uploaded = await this.#upload(entry);
      if (entry.ended.signal.aborted) return;
      this.#drop(entry.id);
      this.#create(entry, uploaded);
    } catch (error) {
      await this.#failed(entry, error);
    }
  }

  async #upload({ image, ended, ...entry }: Entry): Promise<UploadedImage> {
    const { requestTicket, server } = this.#parts;
    const { ticket } = await requestTicket(image.blob.size);
    return upload(image.blob, {
      server,
      ticket,
      signal: ended.signal,
      onProgress: (progress) => this.#progress(entry.id, progress),
    });
  }

  #progress(id: string, progress: number): void {
    const entry = this.#entries.find((each) => each.id === id);
    if (entry) entry.progress = progress;
    this.#show();
  }

  /** While the server is away it waits; what the server refuses is told in its words. */
  async #failed(entry: Entry, error: unknown): Promise<void> {
    if (entry.ended.signal.aborted) return;
    entry.attempts++;
    const isAway = this.#parts.connection.status !== "online";
    const isTemporary = error instanceof UploadFailed && error.isTemporary && entry.attempts < MAX_ATTEMPTS;
    const message = error instanceof Error ? error.message.replace(/^[A-Z_]+: /, "") : "It failed.";
    Object.assign(entry, { state: isAway || isTemporary ? "waiting" : "failed", message });
    this.#show();
    if (isTemporary && !isAway)
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (entry.attempts + Math.random())));
  }

  #create({ image, at }: Entry, { hash, w, h }: UploadedImage): void {
    const { editor } = this.#parts;
    const size = sizeOnBoard(image.shown, editor.camera.view);
    const [index = ""] = keysOnTop(editor.scene, 1);
    const id = newId();
    const groups = { pos: { ...at, r: 0 }, size, tree: { parentId: null, index }, image: { hash, w, h } };
    editor.push([{ t: "create", id, type: "image", g: groups }]);
    editor.setTool("select");
    editor.select([id]);
  }

  #show(): void {
    this.#list.show(this.#entries.map(({ image, ...entry }) => ({ ...entry, blob: image.blob })));
  }
}

function newEntry(name: string, image: PreparedImage, at: Point): Entry {
  const ended = new AbortController();
  return { id: newId(), name, image, at, ended, state: "waiting", progress: 0, message: "", attempts: 0 };
}

function nameOf(file: Blob): string {
  return file instanceof File && file.name !== "" ? file.name : "Picture";
}
