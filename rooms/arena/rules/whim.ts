/**
 * A number in [0, 1) that stays the same for `periodTicks` and then changes: what a bot has in mind, without a memory.
 * It depends on nothing but its arguments; bots change their minds at different ticks.
 *
 * @param about what it is for, so that one bot's whims do not go together
 */
export function whim(id: string, about: string, tick: number, periodTicks: number): number {
  const phase = hash(`${id} ${about}`) % periodTicks;
  return hash(`${id} ${about} ${Math.floor((tick + phase) / periodTicks)}`) / 2 ** 32;
}

/** FNV-1a, and then murmur's finish so that texts that differ in their last letter give unlike numbers. */
function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
