import { z } from "zod";
import { ArenaError } from "../errors/errors.ts";
import { isSigned, type Signing, sign } from "./signature.ts";

/** What the process where a client came in tells the owner of its room about it. */
export interface Passage {
  /** The client's address, as that process knows it. */
  readonly address: string;
}

/** Header of a forwarded request; clients' own headers of that name are taken off. */
export const PASSAGE_HEADER = "x-arena-passage";

const passage = z.object({ address: z.string().max(64) });
const PURPOSE = "passage ";

/** Header value for a client that is forwarded to the process `signing` names. */
export function writePassage(content: Passage, signing: Signing): string {
  const text = Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${text}.${sign(PURPOSE + text, signing)}`;
}

/** @throws ArenaError FORWARD_FORGED where no process of the cluster wrote it */
export function readPassage(header: string, signing: Signing): Passage {
  const [text = "", proof = ""] = header.split(".");
  if (!isSigned(PURPOSE + text, proof, signing)) throw new ArenaError("FORWARD_FORGED");
  return passage.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
}
