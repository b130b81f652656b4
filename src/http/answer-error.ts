import type { Duplex } from "node:stream";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { ArenaError, answerBody, type ErrorCode, rawAnswer, toArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

/** One exchange. */
interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What answers are made with. */
export interface AnswerParts {
  readonly telemetry: Telemetry;
  /** When one who is refused may come again, in ms from now, where the error does not say: another time for each. */
  readonly retryAfterMs: () => number;
}

/** An error whose author chose what the client reads: a room's own refusal. */
interface Refusal extends Error {
  readonly wireCode: number;
}

const REFUSED_BY_ROOM_STATUS = 403;

/** Answers an error with its row of the catalogue: `{code, name, error}`, as the SDK reads it. */
export async function answerError(parts: AnswerParts, cause: unknown, exchange: Exchange): Promise<FastifyReply> {
  if (isRefusal(cause)) {
    return exchange.reply
      .code(REFUSED_BY_ROOM_STATUS)
      .send({ code: cause.wireCode, name: "ROOM_REFUSED", error: cause.message });
  }
  const error = fromFastify(cause) ?? toArenaError(cause);
  if (error.code === "INTERNAL") parts.telemetry.emit("node:failed", { error: error.cause ?? error, isFatal: false });
  return answer(parts, error, exchange);
}

/** Answers a request that no route takes. */
export async function answerUnknownRoute(parts: AnswerParts, exchange: Exchange): Promise<FastifyReply> {
  return answer(parts, new ArenaError("ROUTE_UNKNOWN"), exchange);
}

/** Answers what came over a line and is no request at all, and ends the line. */
export function answerUnreadable(telemetry: Telemetry, socket: Duplex): void {
  cutLine(telemetry, socket, "BODY_INVALID");
}

/** Answers what is still coming over a line with an error, and ends the line. */
export function cutLine(telemetry: Telemetry, socket: Duplex, code: ErrorCode): void {
  const error = new ArenaError(code);
  telemetry.emit("error:refused", { code: error.code, where: "http", detail: error.message });
  if (socket.writable) socket.end(rawAnswer(error));
  else socket.destroy();
}

function answer({ telemetry, retryAfterMs }: AnswerParts, cause: ArenaError, { reply }: Exchange): FastifyReply {
  const error = cause.row.isRetryable ? cause.withRetry(retryAfterMs) : cause;
  telemetry.emit("error:refused", { code: error.code, where: "http", detail: error.message });
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", String(error.retryAfterSeconds));
  return reply.code(error.row.httpStatus).send(answerBody(error));
}

function isRefusal(cause: unknown): cause is Refusal {
  return cause instanceof Error && cause.name === "RoomRefusal" && "wireCode" in cause;
}

/** What fastify itself refuses before a route runs: bodies that are too large or cannot be read, bad addresses. */
function fromFastify(cause: unknown): ArenaError | undefined {
  if (!(cause instanceof Error) || cause instanceof ArenaError) return undefined;
  const { statusCode } = cause as Partial<FastifyError>;
  if (statusCode === undefined || statusCode >= 500) return undefined;
  return new ArenaError(statusCode === 413 ? "BODY_TOO_LARGE" : "BODY_INVALID", "", { cause });
}
