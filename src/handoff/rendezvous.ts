import { createHash } from "node:crypto";

const WEIGHT_BYTES = 6;

/**
 * How many of the others come before `own` for a key: who is first is another one for each key, all agree on it, and where one is gone the
 * next comes up. Pure.
 */
export function rankOf(key: string, own: string, all: readonly string[]): number {
  const ownWeight = weightOf(key, own);
  return all.filter((other) => other !== own && isBefore(weightOf(key, other), other, ownWeight, own)).length;
}

function isBefore(weight: number, name: string, thanWeight: number, thanName: string): boolean {
  return weight === thanWeight ? name < thanName : weight > thanWeight;
}

function weightOf(key: string, name: string): number {
  return createHash("sha256").update(`${name}/${key}`).digest().readUIntBE(0, WEIGHT_BYTES);
}
