import type { Stop } from "../words.ts";

/** What a cache of images needs. */
export interface ImageCacheParts {
  /** http: or https: origin of the server. */
  readonly server: string;
  /** @default 256 MiB, of pixels as they are unpacked */
  readonly maxBytes?: number;
  /** Loads and unpacks an image. @default over HTTP */
  readonly load?: (url: string) => Promise<ImageBitmap>;
  /** Time in ms, which never goes back. */
  readonly now?: () => number;
  readonly later?: (act: () => void, delayMs: number) => unknown;
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;
const BYTES_PER_PIXEL = 4;
/** Images that are loaded at a time; the rest waits. */
const MAX_LOADING = 6;
/** One that could not be loaded is tried again after so long, and after twice as long each time. */
const RETRY_MS = 3000;
const MAX_RETRY_MS = 120_000;
/** So often it is tried by itself; after that only when it is to be painted. */
const MAX_ATTEMPTS = 6;
/** Names of images whose fate is remembered. */
const MAX_FAILURES = 1000;
const HASH = /^[0-9a-f]{64}$/;

interface Failure {
  readonly attempts: number;
  readonly retryAtMs: number;
}

/**
 * Pictures of images by the name of their content. Each is loaded once, when it is first asked for, and kept as long as there is
 * room; those that nobody has asked for the longest make room. What is not there is undefined, until it is.
 */
export class ImageCache {
  readonly #parts: Required<ImageCacheParts>;
  /** The most recently used last. */
  readonly #images = new Map<string, ImageBitmap>();
  readonly #loading = new Set<string>();
  /** Asked for, and not begun; the latest last, which is begun first: it is what is seen now. */
  readonly #waiting = new Set<string>();
  readonly #failures = new Map<string, Failure>();
  readonly #listeners = new Set<(hash: string) => void>();
  #bytes = 0;
  #isClosed = false;

  constructor({ server, maxBytes = DEFAULT_MAX_BYTES, load = loadImage, ...parts }: ImageCacheParts) {
    const { now = () => performance.now(), later = (act, delayMs) => setTimeout(act, delayMs) } = parts;
    this.#parts = { server, maxBytes, load, now, later };
  }

  /** The picture, or undefined while it is not there; asking begins to load it. What is no hash is never asked for. */
  imageFor = (hash: string): ImageBitmap | undefined => {
    const image = this.#images.get(hash);
    if (image) {
      this.#images.delete(hash);
      this.#images.set(hash, image);
      return image;
    }
    if (HASH.test(hash) && !this.#loading.has(hash) && this.#isDue(hash)) this.#want(hash);
    return undefined;
  };

  /** Tells of each picture that is there now. */
  onReady(listener: (hash: string) => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Those that failed may be tried again at once: the server is back. */
  retry(): void {
    const hashes = [...this.#failures.keys()];
    this.#failures.clear();
    for (const hash of hashes) this.#want(hash);
  }

  /** Forgets everything. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
    this.#listeners.clear();
    for (const image of this.#images.values()) image.close();
    this.#images.clear();
  }

  #isDue(hash: string): boolean {
    return this.#parts.now() >= (this.#failures.get(hash)?.retryAtMs ?? 0);
  }

  #want(hash: string): void {
    this.#waiting.delete(hash);
    this.#waiting.add(hash);
    bound(this.#waiting, MAX_FAILURES);
    this.#next();
  }

  #next(): void {
    while (this.#loading.size < MAX_LOADING && !this.#isClosed) {
      const hash = [...this.#waiting].at(-1);
      if (hash === undefined) return;
      this.#waiting.delete(hash);
      this.#loading.add(hash);
      void this.#load(hash);
    }
  }

  async #load(hash: string): Promise<void> {
    const { server, load } = this.#parts;
    try {
      const image = await load(new URL(`/api/images/${hash}`, server).href);
      this.#failures.delete(hash);
      this.#keep(hash, image);
    } catch {
      this.#failed(hash);
    }
    this.#loading.delete(hash);
    this.#next();
  }

  #keep(hash: string, image: ImageBitmap): void {
    if (this.#isClosed) {
      image.close();
      return;
    }
    this.#images.set(hash, image);
    this.#bytes += bytesOf(image);
    this.#makeRoom(hash);
    for (const listener of this.#listeners) listener(hash);
  }

  /** The newest stays, however large it is. */
  #makeRoom(newest: string): void {
    for (const [hash, image] of this.#images) {
      if (this.#bytes <= this.#parts.maxBytes || hash === newest) return;
      this.#images.delete(hash);
      this.#bytes -= bytesOf(image);
      image.close();
    }
  }

  /** Where it was painted a sign stands for it, and nobody asks again: it is tried when its time has come. */
  #failed(hash: string): void {
    const attempts = (this.#failures.get(hash)?.attempts ?? 0) + 1;
    const delayMs = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** (attempts - 1));
    this.#failures.delete(hash);
    this.#failures.set(hash, { attempts, retryAtMs: this.#parts.now() + delayMs });
    bound(this.#failures, MAX_FAILURES);
    if (attempts <= MAX_ATTEMPTS) this.#parts.later(() => this.#again(hash), delayMs);
  }

  #again(hash: string): void {
    if (!this.#isClosed && this.#failures.has(hash) && !this.#loading.has(hash)) this.#want(hash);
  }
}

function bytesOf({ width, height }: ImageBitmap): number {
  return width * height * BYTES_PER_PIXEL;
}

function bound(names: Map<string, unknown> | Set<string>, most: number): void {
  for (const name of names.keys()) {
    if (names.size <= most) return;
    names.delete(name);
  }
}

/** Unpacked beside the page's own thread. */
async function loadImage(url: string): Promise<ImageBitmap> {
  const response = await fetch(url, { credentials: "omit" });
  if (!response.ok) throw new Error(`${response.status}`);
  return createImageBitmap(await response.blob());
}
