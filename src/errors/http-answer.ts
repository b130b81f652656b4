import type { ArenaError } from "./errors.ts";

/** What an HTTP answer says of an error: `{code, name, error}`, as the SDK reads it, and when to try again, in ms, where that may help. */
export function answerBody(error: ArenaError): { code: number; name: string; error: string; retryAfterMs?: number } {
  const { row, code: name, wireMessage, retryAfterMs } = error;
  return { code: row.wireCode, name, error: wireMessage, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** A whole HTTP/1.1 answer, for a line on which no response object exists: an upgrade, or what is no HTTP at all. */
export function rawAnswer(error: ArenaError): string {
  const { httpStatus } = error.row;
  const body = JSON.stringify(answerBody(error));
  const head = [
    `HTTP/1.1 ${httpStatus} ${error.code}`,
    "connection: close",
    "content-type: application/json",
    `content-length: ${new TextEncoder().encode(body).byteLength}`,
    ...(error.retryAfterSeconds === undefined ? [] : [`retry-after: ${error.retryAfterSeconds}`]),
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
