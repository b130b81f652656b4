/** Where images are kept: the contract that every store fulfils. Stores move bytes; what may be kept is decided in images.ts. */
import type { Identity } from "./identify.ts";

/** An image that is kept, by its content: the same content has the same name. */
export interface ImageInfo extends Identity {
  /** SHA-256 of the content, 64 hex digits. */
  readonly hash: string;
  /** Size of the content. */
  readonly bytes: number;
}

/** Somebody who pays for an image, and up to what. Each pays once for the same image. */
export interface Charge {
  /** Such as `room whiteboard/plans`; at most 300 characters. */
  readonly account: string;
  readonly maxBytes: number;
}

/** What came of a put: it is safe, or somebody cannot pay for it and nothing was changed. */
export type PutOutcome =
  | { readonly isKept: true; readonly isNew: boolean }
  | { readonly isKept: false; readonly charge: Charge; readonly usedBytes: number };

/** An image that was found. */
export interface FoundImage extends ImageInfo {
  /** The content from its beginning, in parts of at most 256 KiB, as fast as they are taken. */
  read(): AsyncIterable<Uint8Array>;
}

/** A place for images. Its methods fail with errors of their own where it cannot be written or read. */
export interface ImageStore {
  /** For people: which kind it is and where it keeps what it is given. */
  readonly description: string;
  /**
   * Keeps an image and charges those who have not paid for it yet, all or nothing. Resolves when it outlives the loss of the
   * process (and of the machine, as far as the store can). Doing it again changes nothing.
   */
  put(image: ImageInfo, content: Uint8Array, charges: readonly Charge[]): Promise<PutOutcome>;
  /** The image of that hash, where it is kept. */
  find(hash: string): Promise<FoundImage | undefined>;
  /** What an account has paid for. */
  usedBytes(account: string): Promise<number>;
  close(): Promise<void>;
}

/** What is asked of an account for an image: a small one takes a page of the disk as well. */
export function priceOf({ bytes }: ImageInfo): number {
  return Math.max(bytes, MIN_PRICE_BYTES);
}

const MIN_PRICE_BYTES = 4096;
