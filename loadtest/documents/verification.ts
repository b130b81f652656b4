import type { OpOutcome } from "../../src/protocol/protocol.ts";

/** A push in the log, as somebody saw it who was there all the time. */
export interface SeenEntry {
  readonly seq: number;
  readonly clientId: string;
  readonly n: number;
  /** What it made that must be there once: ids of shapes, of messages. */
  readonly marks: readonly string[];
}

/** A push of a bot of which the server said that it is safe. */
export interface AckedPush {
  /** Where the outcome is unknown, its entry is that or an earlier one. */
  readonly seq: number;
  readonly outcome: OpOutcome | "unknown";
  readonly marks: readonly string[];
}

/** What a bot has to say in the end. */
export interface BotEvidence {
  readonly name: string;
  /** More than one where the server had forgotten it. */
  readonly clientIds: readonly string[];
  readonly acked: readonly AckedPush[];
  /** What the server refused, by the server's words. */
  readonly refusals: readonly string[];
  /** Pushes of which nothing was heard. */
  readonly unsaved: number;
  readonly digest: string;
}

/** All that is known of a board in the end. */
export interface BoardEvidence {
  readonly board: string;
  /** What a newcomer reads. */
  readonly digest: string;
  /** In the order of the log. */
  readonly entries: readonly SeenEntry[];
  readonly bots: readonly BotEvidence[];
  /** What is wrong with the newcomer's document by itself. */
  readonly flaws: readonly string[];
}

/** What was checked, and what was found wrong. */
export interface Verification {
  /** What a newcomer reads, by board. */
  readonly digests: Readonly<Record<string, string>>;
  /** Documents of bots that were compared with a newcomer's. */
  readonly documents: number;
  /** Acknowledged pushes that were looked for in the log. */
  readonly pushes: number;
  /** Shapes or messages that were looked for, each once. */
  readonly marks: number;
  /** Empty where all is as it should be. */
  readonly problems: readonly string[];
}

/** More would be read by nobody. */
const MAX_PROBLEMS = 20;

/** Checks a board: every document says the same, every acknowledged push is there exactly once, and nothing was refused. */
export function verifyBoard({ board, digest, entries, bots, flaws }: BoardEvidence): Verification {
  const problems = [...flaws, ...holesOf(entries), ...doublesOf(entries)];
  for (const bot of bots) problems.push(...problemsOf(bot, digest, entries));
  return {
    digests: { [board]: digest },
    documents: bots.length,
    pushes: sumOf(bots, ({ acked }) => acked.length),
    marks: sumOf(bots, ({ acked }) => sumOf(acked, ({ marks }) => marks.length)),
    problems: problems.map((problem) => `${board}: ${problem}`),
  };
}

/** Several verifications as one; two that looked at the same board must have read the same. */
export function mergeVerifications(parts: readonly Verification[]): Verification {
  const digests: Record<string, string> = {};
  const problems: string[] = [];
  for (const part of parts) {
    for (const [board, digest] of Object.entries(part.digests)) {
      if ((digests[board] ?? digest) !== digest) problems.push(`${board}: two newcomers do not read the same.`);
      digests[board] = digest;
    }
    problems.push(...part.problems);
  }
  return {
    digests,
    documents: sumOf(parts, ({ documents }) => documents),
    pushes: sumOf(parts, ({ pushes }) => pushes),
    marks: sumOf(parts, ({ marks }) => marks),
    problems: boundedProblems(problems),
  };
}

function boundedProblems(problems: readonly string[]): readonly string[] {
  const more = problems.length - MAX_PROBLEMS;
  return more > 0 ? [...problems.slice(0, MAX_PROBLEMS), `${more} more.`] : problems;
}

function holesOf(entries: readonly SeenEntry[]): readonly string[] {
  const first = entries[0]?.seq ?? 0;
  const at = entries.findIndex(({ seq }, index) => seq !== first + index);
  return at < 0 ? [] : [`entry ${first + at} is missing, or not where it belongs.`];
}

/** The same push, or the same mark, in two entries. */
function doublesOf(entries: readonly SeenEntry[]): readonly string[] {
  const seen = new Map<string, number>();
  const problems: string[] = [];
  for (const { seq, clientId, n, marks } of entries) {
    for (const what of [`push ${n} of ${clientId}`, ...marks]) {
      const before = seen.get(what);
      if (before !== undefined) problems.push(`${what} is there twice: entries ${before} and ${seq}.`);
      seen.set(what, seq);
    }
  }
  return problems;
}

function problemsOf(bot: BotEvidence, digest: string, entries: readonly SeenEntry[]): readonly string[] {
  const problems = bot.refusals.map((refusal) => `was refused: ${refusal}`);
  if (bot.unsaved > 0) problems.push(`has no answer to ${bot.unsaved} pushes.`);
  if (bot.digest !== digest) problems.push("does not see what a newcomer reads.");
  return [...problems, ...lostOf(bot, entries)].map((problem) => `${bot.name} ${problem}`);
}

/** Acknowledged pushes that the log does not have as such, and entries that nobody made. */
function lostOf({ clientIds, acked, unsaved }: BotEvidence, entries: readonly SeenEntry[]): readonly string[] {
  const own = new Map(
    entries.filter(({ clientId }) => clientIds.includes(clientId)).map((entry) => [entry.seq, entry]),
  );
  const marks = new Set([...own.values()].flatMap((entry) => entry.marks));
  const problems: string[] = [];
  for (const push of acked) {
    const lost = push.outcome === "discard" ? [] : push.marks.filter((mark) => !marks.has(mark));
    problems.push(...lost.map((mark) => `made ${mark}, which was acknowledged and is lost.`));
    if (push.outcome !== "unknown" && !own.has(push.seq))
      problems.push(`has an acknowledgement of entry ${push.seq}, which is not its own.`);
  }
  // What was refused has no entry; what nobody answered may have one.
  const isCounted = own.size >= acked.length && own.size <= acked.length + unsaved;
  if (!isCounted) problems.push(`has ${acked.length} acknowledgements and ${own.size} entries.`);
  return problems;
}

function sumOf<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + amountOf(item), 0);
}
