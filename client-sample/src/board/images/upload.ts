import { parsed } from "../../net/parsed.ts";

/** What the server says of an image that it has. */
export interface UploadedImage {
  /** Name of the content: 64 of 0-9 a-f. */
  readonly hash: string;
  readonly w: number;
  readonly h: number;
}

/** How to upload. */
export interface UploadOptions {
  /** http: or https: origin of the server. */
  readonly server: string;
  readonly ticket: string;
  /** Told how much is on its way: 0 to 1. */
  readonly onProgress: (ratio: number) => void;
  readonly signal: AbortSignal;
}

/** An upload that failed; the message is for the person. */
export class UploadFailed extends Error {
  override readonly name = "UploadFailed";
  /** Whether it may succeed another time. */
  readonly isTemporary: boolean;

  constructor(message: string, isTemporary: boolean) {
    super(message);
    this.isTemporary = isTemporary;
  }
}

const HASH = /^[0-9a-f]{64}$/;
/** A line on which nothing moves for so long is given up. */
const TIMEOUT_MS = 120_000;
const AWAY = "The server cannot be reached.";
/** Statuses of servers that are busy, restarting, or not there. */
const TEMPORARY = new Set([0, 408, 429, 502, 503, 504]);

/** Brings an image to the server. @throws UploadFailed */
export function upload(blob: Blob, { server, ticket, onProgress, signal }: UploadOptions): Promise<UploadedImage> {
  return new Promise((resolve, reject) => {
    // fetch does not tell how far it has come.
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    signal.addEventListener("abort", abort, { once: true });
    request.open("POST", new URL("/api/images", server));
    request.setRequestHeader("authorization", `Bearer ${ticket}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.timeout = TIMEOUT_MS;
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onloadend = () => {
      signal.removeEventListener("abort", abort);
      const answer = readAnswer(request.status, request.responseText);
      if (answer instanceof UploadFailed) reject(answer);
      else resolve(answer);
    };
    request.send(blob);
  });
}

/** What an answer means. */
export function readAnswer(status: number, body: string): UploadedImage | UploadFailed {
  const { hash, w, h, error }: Record<string, unknown> = Object(parsed(body));
  const isImage = typeof hash === "string" && HASH.test(hash) && isSide(w) && isSide(h);
  if (status >= 200 && status < 300 && isImage) return { hash, w, h };
  const words = typeof error === "string" ? error.replace(/^[A-Z_]+: /, "") : "";
  if (TEMPORARY.has(status)) return new UploadFailed(words || AWAY, true);
  return new UploadFailed(words || `The server did not take the picture (${status}).`, false);
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}
