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

/** The spread of `values`; undefined where there are none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
  return sorted.length === 0 ? undefined : { min: at(0), median, max: at(1) };
}

/** The value that a share of `sorted` values does not exceed; NaN where there are none. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

/**
 * All samples as a table in Markdown, in the order in which the figures first appear.
 *
 * @param reference the server that the others are compared with
 */
export function markdownTable(samples: readonly Sample[], reference: PeerName): string {
  const names = [...new Set(samples.map(({ name }) => name))];
  const rows = names.flatMap((name) =>
    rowsOf(
      samples.filter((sample) => sample.name === name),
      reference,
    ),
  );
  const head = `| what | server | median (min to max) | ÷ ${PEERS[reference].title}, round by round |`;
  return [head, "|---|---|---|---|", ...rows].join("\n");
}

function rowsOf(samples: readonly Sample[], reference: PeerName): string[] {
  const base = new Map(samples.filter(({ peer }) => peer === reference).map(({ round, value }) => [round, value]));
  return PEER_NAMES.flatMap((peer) => {
    const own = samples.filter((sample) => sample.peer === peer);
    const values = spreadOf(own.map(({ value }) => value));
    if (!values) return [];
    const ratios = spreadOf(
      peer === reference ? [] : own.flatMap(({ round, value }) => ratioOf(value, base.get(round))),
    );
    return [`| ${own[0]?.name} | ${PEERS[peer].title} | ${textOf(values)} | ${ratios ? textOf(ratios) : ""} |`];
  });
}

function ratioOf(value: number, base: number | undefined): number[] {
  return base === undefined || base === 0 ? [] : [value / base];
}

function textOf({ min, median, max }: Spread): string {
  return `**${digits(median)}** (${digits(min)} to ${digits(max)})`;
}

/** Three digits that count. */
function digits(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
