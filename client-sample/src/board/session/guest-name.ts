import { loadName, tidyName } from "../../ui/player-name.ts";
import { readKept, writeKept } from "./kept.ts";

const KEY = "arena.guestName";
const ANIMALS = [
  "Otter",
  "Heron",
  "Lynx",
  "Robin",
  "Badger",
  "Dolphin",
  "Finch",
  "Hare",
  "Koala",
  "Marten",
  "Owl",
  "Panda",
  "Raven",
  "Seal",
  "Tapir",
  "Wren",
];

/** What the person is called here: by a name of their own, else by one that this browser keeps for them. */
export function visitorName(): string {
  const kept = loadName() || tidyName(readKept(KEY) ?? "");
  if (kept !== "") return kept;
  const animal = ANIMALS[Math.floor(Math.random() * ANIMALS.length)] ?? "Guest";
  const name = `Guest ${animal}`;
  writeKept(KEY, name);
  return name;
}
