import { Admission, type AdmissionParts } from "./admission.ts";
import { Arrivals, type ArrivalsParts } from "./arrivals.ts";
import { RetrySlots, type RetrySlotsParts } from "./retry-slots.ts";

/** What the way into a process is built from. */
export type EntranceParts = Omit<ArrivalsParts, "isOpen"> &
  Omit<AdmissionParts, "retryAfterMs"> &
  Pick<RetrySlotsParts, "keptMs">;

/** The way into a process: who is let in, in which turn, and when who is not may come again. */
export function openEntrance(parts: EntranceParts) {
  const { limits } = parts;
  const arrivals = new Arrivals({ ...parts, isOpen: () => parts.whyClosed() !== "STARTING" });
  const perSecond = (): number => Math.min(arrivals.perSecond, limits.connectionsPerSecond);
  const slots = new RetrySlots({ ...parts, perSecond });
  const retryAfterMs = (): number => slots.next();
  return { arrivals, retryAfterMs, admission: new Admission({ ...parts, retryAfterMs }) };
}
