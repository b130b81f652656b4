import assert from "node:assert/strict";
import { COLOURS, type Coloured, colourAmong, ownColour } from "../../../../rooms/whiteboard/rules/colours.ts";

describe("the colours of people", () => {
  const gather = (keys: readonly string[]): readonly Coloured[] => {
    const people: Coloured[] = [];
    for (const key of keys) people.push({ key, colour: colourAmong(key, people) });
    return people;
  };

  it("[BRD13] are one of its own for each, while there are free ones", () => {
    for (let crowd = 0; crowd < 100; crowd++) {
      const people = gather(Array.from({ length: COLOURS }, (_, at) => `${crowd}-${at}`));

      assert.equal(new Set(people.map(({ colour }) => colour)).size, COLOURS);
    }
  });

  it("[BRD13] are the same on every visit, where nobody else has that one, and in every tab", () => {
    const people = gather(["ann", "bob", "ann"]);

    assert.equal(people[0]?.colour, ownColour("ann"));
    assert.equal(people[2]?.colour, ownColour("ann"));
  });

  it("are people's own again where there are more people than colours", () => {
    const people = gather(Array.from({ length: COLOURS + 1 }, (_, at) => `u${at}`));

    assert.equal(people.at(-1)?.colour, ownColour(`u${COLOURS}`));
  });
});
