/**
 * A Yjs update in fewer bytes, for texts that are written in for years: words that were deleted are left out but for their place, and
 * letters that were written in a row become one piece. Whoever has read the one and whoever has read the other have the same text and
 * understand each other. Done piece by piece: to build the text would take long where somebody wants it to.
 */
import {
  ContentDeleted,
  ContentString,
  compareIDs,
  createID,
  decodeUpdate,
  GC,
  Item,
  mergeDeleteSets,
  UpdateEncoderV1,
} from "yjs";

type Struct = ReturnType<typeof decodeUpdate>["structs"][number];
type Deletes = ReturnType<typeof mergeDeleteSets>;

/** The update without what was deleted. @throws Error where it cannot be read */
export function compacted(update: Uint8Array): Uint8Array<ArrayBuffer> {
  const { structs, ds } = decodeUpdate(update);
  const deletes = mergeDeleteSets([ds]);
  const byClient = new Map<number, Struct[]>();
  for (const struct of structs) {
    const { client } = struct.id;
    const all = byClient.get(client);
    if (all) all.push(struct);
    else byClient.set(client, [struct]);
  }
  const encoder = new UpdateEncoderV1();
  encoder.writeLen(byClient.size);
  for (const [client, all] of byClient) writeStructs(encoder, joined(emptied(all, deletes.clients.get(client) ?? [])));
  writeDeletes(encoder, deletes);
  return new Uint8Array(encoder.toUint8Array());
}

interface Range {
  readonly clock: number;
  readonly len: number;
}

/** Structs of one client, cut where something deleted begins or ends, and without their content there. */
function emptied(structs: readonly Struct[], deletes: readonly Range[]): readonly Struct[] {
  const done: Struct[] = [];
  const ahead = [...deletes].reverse();
  for (const struct of structs) {
    for (let rest: Struct | undefined = struct; rest; ) {
      const [piece, after]: readonly [Struct, Struct | undefined] = cut(rest, ahead);
      done.push(piece);
      rest = after;
    }
  }
  return done;
}

/** What of a struct is deleted or not as its first letter is, and what is behind that. Forgets the deletes before it. */
function cut(struct: Struct, ahead: Range[]): readonly [piece: Struct, after: Struct | undefined] {
  const { clock } = struct.id;
  while (endOf(ahead.at(-1)) <= clock) ahead.pop();
  const range = ahead.at(-1);
  const isDeleted = range !== undefined && range.clock <= clock;
  const after = cutOff(struct, (isDeleted ? endOf(range) : (range?.clock ?? Number.POSITIVE_INFINITY)) - clock);
  if (isDeleted && struct instanceof Item) struct.content = new ContentDeleted(struct.length);
  return [struct, after];
}

function endOf(range: Range | undefined): number {
  return range ? range.clock + range.len : Number.POSITIVE_INFINITY;
}

/** Takes what is behind so many letters off a struct. */
function cutOff(struct: Struct, length: number): Struct | undefined {
  if (!(struct instanceof Item) || length >= struct.length) return undefined;
  const { id, rightOrigin, parent, parentSub } = struct;
  const content = struct.content.splice(length);
  struct.length = length;
  const rest = createID(id.client, id.clock + length);
  return new Item(rest, null, struct.lastId, null, rightOrigin, parent, parentSub, content);
}

/** Structs with those made one that were written in a row. */
function joined(structs: Iterable<Struct>): readonly Struct[] {
  const all: Struct[] = [];
  for (const struct of structs) {
    const last = all.at(-1);
    if (!(last && join(last, struct))) all.push(struct);
  }
  return all;
}

/** What stands directly behind another by the same author, before the same, is by definition the same as one piece. */
function join(one: Struct, other: Struct): boolean {
  if (one instanceof GC && other instanceof GC) return one.mergeWith(other);
  if (!(one instanceof Item && other instanceof Item)) return false;
  const isBehind = compareIDs(other.origin, one.lastId) && compareIDs(other.rightOrigin, one.rightOrigin);
  const isAlike = [ContentString, ContentDeleted].some(
    (kind) => one.content instanceof kind && other.content instanceof kind,
  );
  if (!isBehind || !isAlike || !one.content.mergeWith(other.content)) return false;
  one.length += other.length;
  return true;
}

function writeStructs(encoder: UpdateEncoderV1, structs: readonly Struct[]): void {
  const [first] = structs;
  if (!first) return;
  encoder.writeLen(structs.length);
  encoder.writeClient(first.id.client);
  encoder.writeLen(first.id.clock);
  for (const struct of structs) struct.write(encoder, 0);
}

function writeDeletes(encoder: UpdateEncoderV1, { clients }: Deletes): void {
  encoder.writeLen(clients.size);
  for (const [client, ranges] of [...clients].sort(([one], [other]) => other - one)) {
    encoder.writeLen(client);
    encoder.writeLen(ranges.length);
    for (const { clock, len } of ranges) {
      encoder.writeDsClock(clock);
      encoder.writeDsLen(len);
    }
  }
}
