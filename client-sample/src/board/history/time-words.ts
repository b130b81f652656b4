const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DAY_TIME = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
const DATE_TIME = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
/** After six days the name of the day may mean another one. */
const WEEK_MS = 6 * 24 * 3_600_000;

/** A moment as briefly as it can be told: 14:32, Mon 14:32, or 3 May 14:32. */
export function momentText(atMs: number, nowMs: number): string {
  if (new Date(atMs).toDateString() === new Date(nowMs).toDateString()) return TIME.format(atMs);
  return (nowMs - atMs < WEEK_MS ? DAY_TIME : DATE_TIME).format(atMs);
}
