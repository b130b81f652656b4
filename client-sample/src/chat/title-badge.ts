const BADGE = /^\(\d+\+?\) /;

/** A page's title with a number before it, in the place of one that was there; 0 takes it away. */
export function withBadge(title: string, count: number): string {
  const plain = title.replace(BADGE, "");
  return count > 0 ? `(${badgeText(count)}) ${plain}` : plain;
}

/** A number for a badge: at most two digits. */
export function badgeText(count: number): string {
  return count > 99 ? "99+" : String(count);
}
