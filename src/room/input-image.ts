/**
 * Where a client's inputs stand. They are sent as differences, and a client whose connection goes on while its room moves sends the next
 * one as if nothing had happened. Colyseus' client has all of it in private (core 0.18.17, src/input/RoomInput.ts 188, InputBuffer.ts 113).
 */
import type { Client } from "@colyseus/core";

interface InputInstance {
  clone(): InputInstance;
  toJSON(): object;
}

interface InputBuffer {
  consumedCount: number;
  _lastSeq: number;
  _lastConsumedSeq: number;
  readonly _items: readonly InputInstance[];
  readonly _head: number;
  readonly _renderTimes: readonly number[];
  readonly _reckonTimes: readonly number[];
  readonly _seqs?: readonly number[];
  push(input: InputInstance, renderTime: number, reckonTime: number, seq?: number): void;
}

interface InputClient {
  readonly _input?: InputInstance;
  readonly _inputBuffer?: InputBuffer;
  _reckonBaseline?: number | undefined;
  _receivedInputCount?: number | undefined;
}

/** The inputs of one client. */
export interface InputImage {
  readonly last: object;
  readonly baseline: number | undefined;
  readonly received: number | undefined;
  readonly buffer:
    | {
        readonly consumed: number;
        readonly lastSeq: number;
        readonly lastConsumedSeq: number;
        readonly waiting: readonly (readonly [input: object, renderTime: number, reckonTime: number, seq?: number])[];
      }
    | undefined;
}

/** Undefined in a room that takes none. */
export function inputsOf(client: Client): InputImage | undefined {
  const { _input, _inputBuffer, _reckonBaseline, _receivedInputCount } = client as unknown as InputClient; // see above
  if (!_input) return undefined;
  return {
    last: _input.toJSON(),
    baseline: _reckonBaseline,
    received: _receivedInputCount,
    buffer: _inputBuffer && imageOf(_inputBuffer),
  };
}

/** Has a client that has just come go on where it was. */
export function fillInputs(client: Client, { last, baseline, received, buffer }: InputImage): void {
  const filled = client as unknown as InputClient; // see above
  const { _input, _inputBuffer } = filled;
  if (!_input) return;
  for (const [input, ...times] of buffer?.waiting ?? [])
    _inputBuffer?.push(Object.assign(_input.clone(), input), ...times);
  Object.assign(_input, last);
  filled._reckonBaseline = baseline;
  filled._receivedInputCount = received;
  if (!(_inputBuffer && buffer)) return;
  _inputBuffer.consumedCount = buffer.consumed;
  _inputBuffer._lastSeq = buffer.lastSeq;
  _inputBuffer._lastConsumedSeq = buffer.lastConsumedSeq;
}

function imageOf({
  consumedCount,
  _lastSeq,
  _lastConsumedSeq,
  _items,
  _head,
  ...times
}: InputBuffer): NonNullable<InputImage["buffer"]> {
  const waiting = _items.slice(_head).map((input, index) => {
    const at = _head + index;
    const seq = times._seqs?.[at];
    const stamps = [input.toJSON(), times._renderTimes[at] ?? 0, times._reckonTimes[at] ?? 0] as const;
    return seq === undefined ? stamps : ([...stamps, seq] as const);
  });
  return { consumed: consumedCount, lastSeq: _lastSeq, lastConsumedSeq: _lastConsumedSeq, waiting };
}
