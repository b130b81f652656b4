import type { Figure } from "./case.ts";
import { PEER_NAMES, PEERS, type PeerName } from "./peers.ts";

/** A figure of one peer in one round. */
export interface Sample extends Figure {
  readonly round: number;
  readonly peer: PeerName;
}

/** Least, middle and greatest of several values. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The server that the others are compared with. */
const REFERENCE: PeerName = "colyseus";
const HEADER = ["| what | server | median (min to max) | ÷ plain Colyseus, round by round |", "|---|---|---|---|"];

/** The spread of `values`; undefined where there are none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
  return sorted.length === 0 ? undefined : { min: at(0), median, max: at(1) };
}

/** All samples as a table in Markdown, in the order in which the figures first appear. */
export function markdownTable(samples: readonly Sample[]): string {
  const names = [...new Set(samples.map(({ name }) => name))];
  const rows = names.flatMap((name) => rowsOf(samples.filter((sample) => sample.name === name)));
  return [...HEADER, ...rows].join("\n");
}

function rowsOf(samples: readonly Sample[]): string[] {
  const reference = new Map(samples.filter(({ peer }) => peer === REFERENCE).map(({ round, value }) => [round, value]));
  return PEER_NAMES.flatMap((peer) => {
    const own = samples.filter((sample) => sample.peer === peer);
    const values = spreadOf(own.map(({ value }) => value));
    if (!values) return [];
    const ratios = spreadOf(
      peer === REFERENCE ? [] : own.flatMap(({ round, value }) => ratioOf(value, reference.get(round))),
    );
    return [`| ${own[0]?.name} | ${PEERS[peer].title} | ${textOf(values)} | ${ratios ? textOf(ratios) : ""} |`];
  });
}

function ratioOf(value: number, reference: number | undefined): number[] {
  return reference === undefined || reference === 0 ? [] : [value / reference];
}

function textOf({ min, median, max }: Spread): string {
  return `**${digits(median)}** (${digits(min)} to ${digits(max)})`;
}

/** Three digits that count. */
function digits(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
