import { z } from "zod";

const amount = z.number().min(0).catch(0);

const typeReport = z.object({
  /** What this node has learned of the connections of a room. */
  connections: amount,
  /** From so many lessons: the more, the surer. */
  lessons: amount,
  /** Rooms of the type that the node has. */
  rooms: amount,
});

const loadReport = z.object({
  /** Rises with each report. */
  seq: amount,
  load: z.object({ connections: amount, loop: amount, ticks: amount, egress: amount, memory: amount }),
  /** Connections that the node takes. */
  capacity: z.number().positive().catch(1),
  /** Rooms in it that may still be reserved, or on their way. */
  ledger: z.array(z.string()).catch([]),
  /** By room type. */
  expected: z.record(z.string(), typeReport).catch({}),
});

/** What a node tells of itself. */
export type LoadReport = z.infer<typeof loadReport>;
/** What a node tells of a room type. */
export type TypeReport = z.infer<typeof typeReport>;

const read = new WeakMap<object, LoadReport | undefined>();

/** What another node has told; undefined where it makes no sense. Of a node of another version, what cannot be read is nothing. */
export function readReport(report: object | undefined): LoadReport | undefined {
  if (!report) return undefined;
  if (!read.has(report)) read.set(report, loadReport.safeParse(report).data);
  return read.get(report);
}

/** What the report says of a room type; types may have the names of what every object has. */
export function typeIn({ expected }: LoadReport, name: string): TypeReport | undefined {
  return Object.hasOwn(expected, name) ? expected[name] : undefined;
}
