/**
 * errors: the one error class and the one catalogue of what can go wrong.
 *
 * A row says everything that a caller, a client or an operator needs: the sentence, the number that travels, the
 * HTTP status, and whether trying again can help. docs/PROTOCOL.md lists every row; a test compares the two.
 */
import { CLOSE_CODES } from "../protocol/protocol.ts";

export { answerBody, rawAnswer } from "./http-answer.ts";

/** One thing that can go wrong. */
export interface ErrorRow {
  /** What happened and what to do, for the person who reads it. */
  readonly sentence: string;
  /**
   * Number on the wire: `code` of an HTTP answer and of an ERROR frame. Colyseus' own where it has one; that of the close where
   * the error refuses a join for good, so that an SDK sees the same number either way.
   */
  readonly wireCode: number;
  /** Status of the HTTP answer, where the error answers a request. */
  readonly httpStatus: number;
  /** Code with which the socket is closed, where the error ends a connection. */
  readonly closeCode?: number;
  /** Whether the same call may succeed later. */
  readonly isRetryable: boolean;
}

/** Every error of Arena. 52x are Colyseus' own numbers; 46xx are Arena's. */
export const ERRORS = {
  CONFIG_INVALID: row("An option is wrong.", 4600, 500),
  PORT_UNAVAILABLE: row("The port cannot be opened.", 4601, 500),
  DATA_DIR_UNWRITABLE: row("The data folder cannot be written.", 4602, 500),
  SECRET_UNUSABLE: row("The secret that signs tokens cannot be used.", 4604, 500),
  APP_INVALID: row("The app in arena.config.ts is wrong.", 4603, 500),

  METHOD_UNKNOWN: row("There is no such matchmaking method.", 520, 404),
  ROOM_NAME_UNKNOWN: row("There is no room type of that name.", 520, 404),
  ROOM_NONE_FREE: row("No room fits; create one, or use joinOrCreate.", 521, 404),
  ROOM_NOT_FOUND: row("There is no room with that id.", 522, 404),
  ROOM_FULL: row("The room is full.", 524, 409, { isRetryable: true }),
  SEAT_EXPIRED: row("The seat was not taken in time, or is taken already.", 524, 410),
  AUTH_FAILED: row("The room refused this user.", 525, 401),
  TOKEN_MISSING: row("A token is needed.", 525, 401, { closeCode: CLOSE_CODES.TOKEN_REFUSED }),
  TOKEN_INVALID: row("This server does not take that token.", 525, 401, { closeCode: CLOSE_CODES.TOKEN_REFUSED }),
  TOKEN_EXPIRED: row("The token has ended; get a new one.", 525, 401, { closeCode: CLOSE_CODES.TOKEN_REFUSED }),
  TOKEN_REVOKED: row("The token was revoked.", 525, 401, { closeCode: CLOSE_CODES.TOKEN_REFUSED }),
  TOKEN_NOT_RENEWABLE: row("Only a guest's token is renewed here; get a new one where this one came from.", 4650, 403),
  TOKEN_KEYS_UNAVAILABLE: row("The token cannot be checked now, because its issuer's keys cannot be had.", 4651, 503, {
    isRetryable: true,
  }),
  GUESTS_REFUSED: row("This server takes no guests; bring a token.", 4652, 403),
  GRANT_INVALID: row("This invitation or ticket is not valid here; ask for a new one.", 4504, 403, {
    closeCode: CLOSE_CODES.GRANT_REFUSED,
  }),
  GRANT_EXPIRED: row("This invitation or ticket has ended; ask for a new one.", 4504, 403, {
    closeCode: CLOSE_CODES.GRANT_REFUSED,
  }),
  BOARD_CLOSED: row("This board is open to those only whom its owner has invited.", 4505, 403, {
    closeCode: CLOSE_CODES.NOT_LET_IN,
  }),
  FORBIDDEN: row("This is not for you to do.", 4656, 403),
  REVOCATIONS_FULL: row("Too much is revoked already; nothing was changed.", 4653, 503, { isRetryable: true }),
  SEAT_FOREIGN: row("This seat belongs to another user.", 525, 403),
  ADMIN_ONLY: row("This needs the node's admin token.", 4624, 401),
  OPTIONS_INVALID: row("The join options do not match the room's schema.", 4217, 400),
  STARTING: row("This node is starting; try again in a moment.", 4611, 503, { isRetryable: true }),
  DRAINING: row("This node is shutting down; try again elsewhere.", 4610, 503, {
    closeCode: CLOSE_CODES.RECONNECT,
    isRetryable: true,
  }),

  CREATION_REVOKED: row("This node was asked to make a room and came too late; another makes it.", 4690, 409, {
    isRetryable: true,
  }),
  ROOM_NOT_RESTORED: row("This room cannot go on as it was kept; it begins anew.", 4689, 500, { isRetryable: true }),
  CREATION_TOO_SLOW: row("The room could not be made in time.", 4691, 503, { isRetryable: true }),
  NO_NODE_FREE: row("No node takes another room now.", 4692, 503, { isRetryable: true }),

  CLUSTER_UNAVAILABLE: row("The cluster cannot be asked now; nothing was changed.", 4693, 503, { isRetryable: true }),
  NODE_ID_TAKEN: row("Another process of this cluster has that name.", 4694, 500),
  PEER_UNREACHABLE: row("The process that has this room cannot be reached; nothing was changed.", 4695, 503, {
    closeCode: CLOSE_CODES.RECONNECT,
    isRetryable: true,
  }),
  PEER_UNCERTAIN: row("The process that has this room did not answer in time.", 4696, 503, { isRetryable: true }),
  FORWARD_FORGED: row("This was not passed on by a process of this cluster.", 4697, 403),
  PRESENCE_FULL: row("More users are watched here than can be followed.", 4699, 503, { isRetryable: true }),
  INVITES_TOO_MANY: row(
    "This user invites or follows more than may be; wait a minute, or until some have answered.",
    4654,
    429,
    {
      isRetryable: true,
    },
  ),
  INVITE_GONE: row("This invitation is not open any more.", 4655, 410),
  FOLLOW_UNAVAILABLE: row("This user is in no room into which you can follow them.", 4657, 404, { isRetryable: true }),
  PARTY_NOT_LED: row("Only who leads a party does this.", 4658, 403),
  PARTY_FULL: row("This party has as many members as it may have.", 4659, 409, { isRetryable: true }),
  PARTY_INCOMPLETE: row("Somebody of the party cannot come now, so nobody goes.", 4666, 409, { isRetryable: true }),
  ROOM_NOT_HERE: row("This process does not have that room any more; ask again who has it.", 4698, 421, {
    isRetryable: true,
  }),

  CLUSTER_INCOMPLETE: row("Not every node is there; nothing was begun.", 4700, 409),
  RESTART_STUCK: row("A process did not come back in time.", 4701, 504),
  ADMIN_REFUSED: row("The cluster refuses this.", 4702, 502),
  NODE_UNKNOWN: row("There is no process of that name in this cluster.", 4688, 404),
  MOVE_REFUSED: row("This node does not take that room.", 4686, 409, { isRetryable: true }),

  LOG_IN_USE: row("This document is open already; join it.", 4670, 409, { isRetryable: true }),
  LOG_FENCED: row("This document has moved to another owner; come back and be led there.", 4671, 503, {
    closeCode: CLOSE_CODES.RECONNECT,
    isRetryable: true,
  }),
  LOG_UNAVAILABLE: row("What is sent cannot be kept now; nothing was changed.", 4672, 503, { isRetryable: true }),
  LOG_UNCERTAIN: row("It cannot be told whether the last operations were kept.", 4673, 503, {
    closeCode: CLOSE_CODES.RECONNECT,
    isRetryable: true,
  }),
  LOG_CORRUPT: row(
    "The log of this document is damaged; it is left as it is for those who run this server.",
    4674,
    500,
  ),

  IMAGE_UNKNOWN: row("There is no image of that hash.", 4685, 404),
  IMAGE_UNKNOWN_TYPE: row("This is no PNG, JPEG, GIF or WebP image that can be read.", 4680, 415),
  IMAGE_TOO_LARGE: row("This image is too large.", 4681, 413),
  IMAGES_FULL: row("There is no room for this image.", 4682, 413),
  IMAGES_BUSY: row("More images are on their way than are taken at a time.", 4683, 503, { isRetryable: true }),
  IMAGES_UNAVAILABLE: row("Images cannot be kept or read now; nothing was changed.", 4684, 503, { isRetryable: true }),

  OP_REFUSED: row("An operation was refused; its nack says why.", 4675, 400),

  ROUTE_UNKNOWN: row("There is nothing at that address.", 4620, 404),
  BODY_TOO_LARGE: row("The request body is too large.", 4621, 413),
  LINE_TOO_SLOW: row("Too little moved on this line for too long.", 4625, 408),
  BODY_INVALID: row("The request cannot be read.", 4622, 400),
  INTERNAL: row("Something went wrong on the server.", 4623, 500),

  FRAME_UNKNOWN: row("A frame has no known kind.", 4630, 400),
  MESSAGE_UNKNOWN: row("The room knows no message of that type.", 4631, 400),
  MESSAGE_INVALID: row("A message does not match its schema.", 4217, 400),
  MESSAGE_TOO_LARGE: row("A message is larger than its type allows.", 4635, 413),
  // An input over the rate cannot be left out, since the next ones build on it; coming back starts them anew.
  MESSAGES_TOO_FAST: row("This connection sends more than it may; slow down.", 4636, 429, {
    closeCode: CLOSE_CODES.RECONNECT,
    isRetryable: true,
  }),
  REFUSED_TOO_OFTEN: row("Too much of what this connection sent was refused.", 4632, 400, {
    closeCode: CLOSE_CODES.REFUSED,
  }),
  SLOW: row(
    "Too much waits for this connection, or has for too long; come back and get the present state.",
    4640,
    503,
    {
      closeCode: CLOSE_CODES.RECONNECT,
      isRetryable: true,
    },
  ),
  JOIN_TOO_SLOW: row("The client did not say in time that it is ready for state.", 4641, 408, {
    closeCode: CLOSE_CODES.WITH_ERROR,
  }),
  PEER_SILENT: row("Nothing came from this connection for two heartbeats.", 4642, 408),
  NODE_FULL: row("This node has as many connections as it takes.", 4660, 503, { isRetryable: true }),
  TOO_MANY_CONNECTIONS: row("This address or user has as many connections as it may have.", 4661, 429, {
    isRetryable: true,
  }),
  CONNECTIONS_TOO_FAST: row("More connect to this node than it lets in at a time.", 4662, 503, { isRetryable: true }),
  CALLS_TOO_FAST: row("Too many calls come from this address.", 4663, 429, { isRetryable: true }),
  ORIGIN_REFUSED: row("This server does not serve pages of that origin.", 4664, 403),
  OVERLOADED: row("This node has more to do than it can; it takes nobody new.", 4665, 503, { isRetryable: true }),
  HANDLER_FAILED: row("The room failed on this message; nothing was changed by the rest of it.", 4633, 500),
  ROOM_FAILED: row("The room failed too often and has ended.", 4634, 500, { closeCode: CLOSE_CODES.ROOM_FAILED }),
} as const satisfies Record<string, ErrorRow>;

/** Code of a row of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

/** More about one occurrence: what was expected and got, which room. Never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/** When to try again where nobody knows better. */
const RETRY_MS = 2000;

/** The only error that Arena throws on purpose. Its message is the row's sentence, then the detail of this case. */
export class ArenaError extends Error {
  override readonly name = "ArenaError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  /**
   * @param code row of the catalogue
   * @param detail this case in plain words, e.g. "PORT: expected a number from 0 to 65535, got abc"
   * @param options `details` for machines (`retryAfterMs`: when to try again), `cause` for the error behind it
   */
  constructor(code: ErrorCode, detail = "", options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(detail === "" ? ERRORS[code].sentence : `${ERRORS[code].sentence} ${detail}`, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }

  /** The row of the catalogue. */
  get row(): ErrorRow {
    return ERRORS[this.code];
  }

  /** The same error, which says when trying again may help; itself where it says so already. */
  withRetry(retryAfterMs: () => number): ArenaError {
    if ("retryAfterMs" in this.details) return this;
    const error = new ArenaError(this.code, "", {
      details: { ...this.details, retryAfterMs: retryAfterMs() },
      cause: this.cause,
    });
    error.message = this.message;
    return error;
  }

  /** When trying again may help, in ms from now, where it may at all. */
  get retryAfterMs(): number | undefined {
    return this.row.isRetryable ? Number(this.details["retryAfterMs"] ?? RETRY_MS) : undefined;
  }

  /** The same in whole seconds, for a `retry-after` header. */
  get retryAfterSeconds(): number | undefined {
    return this.retryAfterMs === undefined ? undefined : Math.ceil(this.retryAfterMs / 1000);
  }

  /** The message as it travels: the code for programs, then the sentence for people; without the detail where that tells of what is behind us. */
  get wireMessage(): string {
    return `${this.code}: ${BEHIND_US.has(this.code) ? this.row.sentence : this.message}`;
  }
}

/** Their detail has an address or a path in it, for the log. */
const BEHIND_US: ReadonlySet<ErrorCode> = new Set(["CLUSTER_UNAVAILABLE", "LOG_UNAVAILABLE", "LOG_UNCERTAIN"]);

/** `cause` as an ArenaError: itself where it is one, else INTERNAL around it. */
export function toArenaError(cause: unknown): ArenaError {
  return cause instanceof ArenaError ? cause : new ArenaError("INTERNAL", "", { cause });
}

/** One complaint of a schema, as zod gives it. */
interface Issue {
  readonly path?: readonly unknown[];
  readonly message: string;
}

const MAX_ISSUES = 3;
const MAX_ISSUES_LENGTH = 200;

/** What a schema did not like, in one line of bounded length; `whole` names the value where an issue has no path. */
export function describeIssues(issues: readonly Issue[], whole: string): string {
  const parts = issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => `${path?.map(String).join(".") || whole}: ${message}`);
  return `${parts.join("; ").slice(0, MAX_ISSUES_LENGTH)}.`;
}

function row(
  sentence: string,
  wireCode: number,
  httpStatus: number,
  more: { closeCode?: number; isRetryable?: boolean } = {},
): ErrorRow {
  return { sentence, wireCode, httpStatus, isRetryable: false, ...more };
}
