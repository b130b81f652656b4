import { ReplyError } from "ioredis";

/** A command that came to no good end. */
export class RedisFailure extends Error {
  /** Whether Redis may have done, or may still do, what it was asked. */
  readonly mayBeDone: boolean;

  constructor(message: string, mayBeDone: boolean, cause?: unknown) {
    super(message, { cause });
    this.mayBeDone = mayBeDone;
  }
}

/** What the end of one attempt says: whether Redis may have done it, and whether another attempt may go better soon. */
export interface FailureVerdict {
  readonly mayBeDone: boolean;
  readonly isPassing: boolean;
}

/** Replies of a Redis that is starting, changing its role, moving slots, or held up by somebody's script. */
const PASSING = /\b(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|BUSY)\b/;
/** What ioredis says of a command that it did not send. */
const NOT_SENT = /enableOfflineQueue options is false/;

/** Judges the error of one attempt: an error that Redis replied is a refusal; without a reply nothing is known. */
export function judgeFailure(error: unknown): FailureVerdict {
  if (error instanceof RedisFailure) return { mayBeDone: error.mayBeDone, isPassing: true };
  const message = messageOf(error);
  if (error instanceof ReplyError) return { mayBeDone: false, isPassing: PASSING.test(message) };
  return { mayBeDone: !NOT_SENT.test(message), isPassing: true };
}

/** The error without the command that it carries: that may be a password or a document. */
export function withoutCommand(error: unknown): Error {
  return new Error(messageOf(error).replace(/\bAUTH <?[^>]*>?/, "AUTH"));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
