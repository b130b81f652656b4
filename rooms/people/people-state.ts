import { schema, t } from "@colyseus/schema";

/** Somebody who is here, or was a while ago. */
export const Person = schema(
  {
    name: t.string(),
    /** Whiteboards that their pages show and that others may know of; each once. */
    boards: t.array("string"),
  },
  "Person",
);
export type Person = InstanceType<typeof Person>;

/** People by user id. */
export const PeopleState = schema(
  {
    people: t.map(Person),
    /** Whether it is known at present who of them is online: the store of it may be away. */
    isKnown: t.boolean(),
  },
  "People",
);
export type PeopleState = InstanceType<typeof PeopleState>;
