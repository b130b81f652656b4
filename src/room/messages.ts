import type { MessageContext } from "@colyseus/core";
import { z } from "zod";
import { ArenaError, describeIssues } from "../errors/errors.ts";

/** A message of a room: the schema of its payload and what happens with it. */
export interface MessageDefinition<C = unknown, P = unknown> {
  readonly format: z.ZodType<P>;
  readonly handler: (client: C, payload: P, context: MessageContext) => unknown;
  /** Largest frame of this type, in bytes; ARENA_MAX_MESSAGE_BYTES unless it says otherwise. */
  readonly maxBytes?: number;
}

/** A client that can be told what went wrong. */
export interface Refusable {
  /** Something that it sent was refused; too many of these and it is sent away. */
  refuse(error: ArenaError): void;
  /** Something failed that is not its fault. */
  error(wireCode: number, message: string): void;
}

type Handler = (client: Refusable, payload: unknown, context: MessageContext) => unknown;

/** What a guarded handler needs of its room. */
interface Guard {
  /** `this` of the handlers. */
  readonly room: object;
  readonly roomName: string;
  /** Reports an exception of the handler of `type`. */
  readonly fail: (type: string, error: unknown) => void;
}

/**
 * Turns a room's message table into handlers that Colyseus may call with anything: a payload that does not match,
 * an unknown type and a handler that throws are answered, and the connection goes on.
 *
 * @throws ArenaError APP_INVALID for an entry without a schema
 */
export function guardMessages(messages: Readonly<Record<string, unknown>>, guard: Guard): Record<string, Handler> {
  const guarded: Record<string, Handler> = {};
  for (const [type, definition] of Object.entries(messages)) {
    if (!isDefinition(definition)) {
      throw new ArenaError("APP_INVALID", `Room "${guard.roomName}": message "${type}" needs { format, handler }.`);
    }
    guarded[type] = guardHandler(type, definition, guard);
  }
  return guarded;
}

/** The answer to a message type that the room does not know. */
export function refuseUnknown(client: Refusable, type: string | number): void {
  client.refuse(new ArenaError("MESSAGE_UNKNOWN", `Type: "${String(type).slice(0, MAX_QUOTED)}".`));
}

const MAX_QUOTED = 64;

function isDefinition(value: unknown): value is MessageDefinition {
  if (typeof value !== "object" || value === null || !("format" in value) || !("handler" in value)) return false;
  return value.format instanceof z.ZodType && typeof value.handler === "function";
}

function guardHandler(type: string, { format, handler }: MessageDefinition, guard: Guard): Handler {
  const refused = (client: Refusable, context: MessageContext, error: ArenaError): void => {
    client.refuse(error);
    context.reject({ code: error.code, message: error.message });
  };
  const answered = (client: Refusable, context: MessageContext, { code, row, wireMessage }: ArenaError): void => {
    if (context.id === undefined) client.error(row.wireCode, wireMessage);
    else context.reject({ code, message: wireMessage });
  };
  const failed = (client: Refusable, context: MessageContext, error: unknown): void => {
    if (isPassing(error)) {
      answered(client, context, error);
    } else if (isRefusal(error)) {
      refused(client, context, error);
    } else {
      guard.fail(type, error);
      answered(client, context, new ArenaError("HANDLER_FAILED", `Type: "${type}".`));
    }
  };
  return (client, payload, context) => {
    const parsed = format.safeParse(payload);
    if (!parsed.success) {
      const error = new ArenaError("MESSAGE_INVALID", `"${type}": ${describeIssues(parsed.error.issues, "payload")}`);
      return refused(client, context, error);
    }
    try {
      const result: unknown = Reflect.apply(handler, guard.room, [client, parsed.data, context]);
      return result instanceof Promise ? result.catch((error) => failed(client, context, error)) : result;
    } catch (error) {
      failed(client, context, error);
    }
  };
}

/** A handler refuses what a client asks for by throwing an error of the catalogue that is the client's to mend. */
function isRefusal(error: unknown): error is ArenaError {
  return error instanceof ArenaError && error.row.httpStatus < 500;
}

/** Something that a handler needs cannot be had now; that is nobody's fault here. */
function isPassing(error: unknown): error is ArenaError {
  return error instanceof ArenaError && error.row.isRetryable && error.row.httpStatus >= 500;
}
