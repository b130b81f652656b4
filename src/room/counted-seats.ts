/**
 * Colyseus keeps the seats that are reserved and not yet taken in an object and counts them for every join, which
 * makes a join dearer the more are pending. This is such an object that knows its count.
 */
export class CountedSeats {
  #count = 0;
  /** To be used as the object: seats by session id. A seat that is made non-enumerable is taken and counts no more. */
  readonly seats: Record<string, unknown> = new Proxy<Record<string, unknown>>(
    Object.create(null), // a session id that a client makes up finds nothing inherited
    {
      set: (seats, id, seat) => {
        const before = isPending(seats, id);
        Reflect.set(seats, id, seat);
        this.#count += isPending(seats, id) - before;
        return true;
      },
      deleteProperty: (seats, id) => {
        this.#count -= isPending(seats, id);
        return Reflect.deleteProperty(seats, id);
      },
      defineProperty: (seats, id, descriptor) => {
        const before = isPending(seats, id);
        const isDefined = Reflect.defineProperty(seats, id, descriptor);
        this.#count += isPending(seats, id) - before;
        return isDefined;
      },
    },
  );

  /** How many seats are reserved and not yet taken. */
  get count(): number {
    return this.#count;
  }
}

function isPending(seats: object, id: PropertyKey): 0 | 1 {
  return Object.prototype.propertyIsEnumerable.call(seats, id) ? 1 : 0;
}
