import { ArenaError } from "../errors/errors.ts";
import type { Proofs } from "./signature.ts";

/** Header of a request by which a process of the cluster opens a line to another, for clients that it passes on. */
export const PASSAGE_HEADER = "x-arena-passage";

/** Header value for a request of `target` at the process `to`. */
export function writePassage(proofs: Proofs, to: string, target: string): string {
  return proofs.make(signed(target), to);
}

/** Once for each header. @throws ArenaError FORWARD_FORGED where no process of the cluster wrote it for this target, or it was used before */
export function usePassage(header: string, proofs: Proofs, target: string): void {
  if (!proofs.use(signed(target), header)) throw new ArenaError("FORWARD_FORGED");
}

function signed(target: string): string {
  return `passage ${target}`;
}
