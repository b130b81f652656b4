import { z } from "zod";
import { ArenaError } from "../errors/errors.ts";
import type { Proofs } from "./signature.ts";

/** What the process where a client came in tells the owner of its room about it. */
export interface Passage {
  /** The client's address, as that process knows it. */
  readonly address: string;
}

/** Header of a forwarded request; clients' own headers of that name are taken off. */
export const PASSAGE_HEADER = "x-arena-passage";

const passage = z.object({ address: z.string().max(64) });

/** Header value for a client that comes with `target`, path and query, and is passed on to the process `to`. */
export function writePassage(content: Passage, proofs: Proofs, { to, target }: { to: string; target: string }): string {
  const text = Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${text}.${proofs.make(signed(text, target), to)}`;
}

/** Once for each header. @throws ArenaError FORWARD_FORGED where no process of the cluster wrote it for this target, or it was read before */
export function readPassage(header: string, proofs: Proofs, target: string): Passage {
  const [text = ""] = header.split(".", 1);
  if (!proofs.use(signed(text, target), header.slice(text.length + 1))) throw new ArenaError("FORWARD_FORGED");
  return passage.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
}

function signed(text: string, target: string): string {
  return `passage ${text} ${target}`;
}
