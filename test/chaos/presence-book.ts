import type { UserPresence } from "../../src/protocol/protocol.ts";

/**
 * Compares how users are shown with where they are: nobody is missing, nobody is a ghost, and nobody is elsewhere.
 *
 * @param due the rooms of each user, each as the beginning of its type and id
 * @param who shows them so
 */
export function wrongPresence(
  due: ReadonlyMap<string, readonly string[]>,
  shownOf: (userId: string) => UserPresence | undefined,
  who: string,
): readonly string[] {
  return [...due].flatMap(([userId, places]) => {
    const shown = shownOf(userId);
    const seen = (shown?.sessions ?? []).map(({ room, roomId }) => `${room} ${roomId}`).toSorted();
    const isRight =
      (shown?.online ?? false) === places.length > 0 &&
      seen.length === places.length &&
      places.toSorted().every((place, index) => seen[index]?.startsWith(place));
    return isRight ? [] : [`${who} shows ${userId} in [${seen}], and it is in [${places}]`];
  });
}
