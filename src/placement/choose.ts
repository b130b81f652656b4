import type { Place, Wish } from "./node.ts";
import { Scale } from "./score.ts";

/** So many nodes are compared for one room: fewer know too little, more all choose the same. */
const SAMPLE = 3;
/** After so many nodes have refused, all that are left are compared. */
const SAMPLES = 4;
/** A node that is new gets its share only by and by: it takes part the more often, the older it gets, and always from then on. */
const WARM_UP_MS = 30_000;

/**
 * Places in the order in which to ask them, each found when it is asked for: the least loaded of three by chance, four times over,
 * then the least loaded of all that are left. Among equals chance decides.
 *
 * @param connections what the room is expected to bring
 * @param random numbers from 0 to 1
 */
export function* choose(
  { name, isSpread = false }: Pick<Wish, "name" | "isSpread">,
  { places, connections }: { readonly places: readonly Place[]; readonly connections: number },
  random: () => number,
): Generator<Place, void, void> {
  const scale = new Scale(places, connections);
  let left = places;
  for (let round = 0; left.length > 0; round++) {
    const among = isSpread ? fewestRooms(left, name) : left;
    const sample = round < SAMPLES ? warm(sampleOf(among, random), places, random) : among;
    const chosen = least(sample, scale, random);
    if (!chosen) return;
    yield chosen;
    left = left.filter((place) => place !== chosen);
  }
}

function least(places: Iterable<Place>, scale: Scale, random: () => number): Place | undefined {
  let [chosen, lowest, equals]: [Place | undefined, number, number] = [undefined, Number.POSITIVE_INFINITY, 0];
  for (const place of places) {
    const score = scale.scoreOf(place);
    if (score > lowest) continue;
    equals = score === lowest ? equals + 1 : 1;
    if (random() * equals < 1) [chosen, lowest] = [place, score];
  }
  return chosen;
}

function fewestRooms(places: readonly Place[], name: string): readonly Place[] {
  const counts = places.map((place) => place.roomsOf(name));
  const fewest = Math.min(...counts);
  return places.filter((_, index) => counts[index] === fewest);
}

/** Three of the places, any three as likely as others, in no order that means anything (Floyd's algorithm). */
function sampleOf(places: readonly Place[], random: () => number): readonly Place[] {
  const chosen = new Set<Place>();
  for (let last = Math.max(0, places.length - SAMPLE); last < places.length; last++) {
    const [drawn, other] = [places[Math.floor(random() * (last + 1))], places[last]];
    if (drawn && other) chosen.add(chosen.has(drawn) ? other : drawn);
  }
  return [...chosen];
}

/** Those of the sample that take part: a node that is younger than the others does the more often, the older it gets. All of them where none would. */
function warm(sample: readonly Place[], places: readonly Place[], random: () => number): readonly Place[] {
  const eldestMs = Math.min(WARM_UP_MS, Math.max(...places.map(({ node }) => node.ageMs)));
  const part = sample.filter(({ node }) => random() * WARM_UP_MS >= eldestMs - node.ageMs);
  return part.length > 0 ? part : sample;
}
