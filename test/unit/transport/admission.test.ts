import assert from "node:assert/strict";
import fc from "fast-check";
import { type ManualClock, manualClock, type Stop } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { Admission, type AdmissionLimits, type Visitor } from "../../../src/transport/admission.ts";

const GENEROUS: AdmissionLimits = {
  maxConnections: 1000,
  maxConnectionsPerIp: 1000,
  maxConnectionsPerUser: 1000,
  connectionsPerSecond: 1000,
  matchmakingPerSecond: 1000,
  allowedOrigins: [],
};
const retryAfterMs = (): number => 1234;
const VISITOR: Visitor = { address: "203.0.113.9", origin: undefined, isReturning: false };

describe("admission", () => {
  let clock: ManualClock;
  let isOverloaded: boolean;
  let closed: "STARTING" | "DRAINING" | undefined;
  beforeEach(() => {
    closed = undefined;
    clock = manualClock();
    isOverloaded = false;
  });

  const open = (limits: Partial<AdmissionLimits>): Admission =>
    new Admission({
      clock,
      limits: { ...GENEROUS, ...limits },
      isOverloaded: () => isOverloaded,
      retryAfterMs,
      whyClosed: () => closed,
    });
  const enter = (admission: Admission, visitor: Partial<Visitor> = {}): Stop => {
    const stop = admission.connect({ ...VISITOR, ...visitor });
    assert.ok(typeof stop === "function", String(stop));
    return stop;
  };
  const refusal = (answer: unknown): string => {
    assert.ok(answer instanceof ArenaError);
    return answer.code;
  };

  it("[ADM2] lets in no more connections than the node takes, and as many again as have ended", () => {
    const admission = open({ maxConnections: 2 });
    const stop = enter(admission);
    enter(admission, { address: "203.0.113.10" });

    assert.equal(refusal(admission.connect({ ...VISITOR, address: "203.0.113.11" })), "NODE_FULL");
    stop();
    enter(admission, { address: "203.0.113.11" });
    assert.equal(refusal(admission.connect(VISITOR)), "NODE_FULL");
  });

  it("[ADM2] lets in no more connections than one address may have, and others all the same", () => {
    const admission = open({ maxConnectionsPerIp: 1 });
    enter(admission);

    assert.equal(refusal(admission.connect(VISITOR)), "TOO_MANY_CONNECTIONS");
    enter(admission, { address: "203.0.113.10" });
  });

  it("[ADM2] counts an IPv6 network as one address", () => {
    const admission = open({ maxConnectionsPerIp: 1 });
    enter(admission, { address: "2001:db8::1" });

    assert.equal(refusal(admission.connect({ ...VISITOR, address: "2001:db8::2" })), "TOO_MANY_CONNECTIONS");
  });

  it("[ADM2] lets in no more connections than one user may have, from wherever they come", () => {
    const admission = open({ maxConnectionsPerUser: 1 });
    const stop = admission.identify("ann");
    assert.ok(typeof stop === "function");

    assert.equal(refusal(admission.identify("ann")), "TOO_MANY_CONNECTIONS");
    assert.equal(typeof admission.identify("bob"), "function");
    stop();
    assert.equal(typeof admission.identify("ann"), "function");
  });

  it("[ADM2] never holds more than its bounds, whoever comes and goes", () => {
    const limits = { maxConnections: 6, maxConnectionsPerIp: 3 };
    const address = fc.constantFrom("203.0.113.1", "203.0.113.2", "203.0.113.3");
    const moves = fc.array(fc.record({ address, leaver: fc.option(fc.nat(10)) }), { maxLength: 200 });
    fc.assert(
      fc.property(moves, (visits) => {
        const admission = open(limits);
        const inside: (Visitor & { stop: Stop })[] = [];

        for (const { leaver, ...who } of visits) {
          if (leaver !== null) inside.splice(leaver, 1)[0]?.stop();
          const stop = admission.connect({ ...VISITOR, ...who });
          const fromThere = inside.filter((other) => other.address === who.address).length;
          assert.equal(typeof stop === "function", inside.length < 6 && fromThere < 3);
          if (typeof stop === "function") inside.push({ ...VISITOR, ...who, stop });
        }
      }),
    );
  });

  it("[ADM3] lets in no more new connections than its rate", () => {
    const admission = open({ connectionsPerSecond: 3 });
    for (let connection = 0; connection < 3; connection++) enter(admission);

    assert.equal(refusal(admission.connect(VISITOR)), "CONNECTIONS_TOO_FAST");
    clock.advance(334);
    enter(admission);
    assert.equal(refusal(admission.connect(VISITOR)), "CONNECTIONS_TOO_FAST");
  });

  it("[ADM3] takes no more calls from one address than its rate, and those of others all the same", () => {
    const admission = open({ matchmakingPerSecond: 2 });
    for (let call = 0; call < 2; call++) assert.equal(admission.call(VISITOR), undefined);

    assert.equal(refusal(admission.call(VISITOR)), "CALLS_TOO_FAST");
    assert.equal(admission.call({ ...VISITOR, address: "203.0.113.10" }), undefined);
    clock.advance(501);
    assert.equal(admission.call(VISITOR), undefined);
  });

  it("counts no connection that it refuses", () => {
    const admission = open({ maxConnections: 1, connectionsPerSecond: 2 });
    const stop = enter(admission);
    for (let attempt = 0; attempt < 10; attempt++) admission.connect(VISITOR);

    stop();

    enter(admission);
  });

  it("[ADM4] takes nobody from a page of an origin that is not on its list", () => {
    const admission = open({ allowedOrigins: ["https://a.example"] });
    const stranger = { ...VISITOR, origin: "https://a.example.evil.example" };

    assert.equal(refusal(admission.connect(stranger)), "ORIGIN_REFUSED");
    assert.equal(refusal(admission.call(stranger)), "ORIGIN_REFUSED");
  });

  it("[ADM4] takes those of its list, and those that are no browsers", () => {
    const admission = open({ allowedOrigins: ["https://a.example"] });

    enter(admission, { origin: "https://a.example" });
    enter(admission, { origin: undefined });
  });

  it("[ADM4] takes every origin where it has no list", () => {
    enter(open({}), { origin: "https://anywhere.example" });
  });

  it("[LOD2] takes nobody new while the node is overloaded", () => {
    const admission = open({});
    isOverloaded = true;

    assert.equal(refusal(admission.connect(VISITOR)), "OVERLOADED");
    assert.equal(refusal(admission.call(VISITOR)), "OVERLOADED");
  });

  it("[LOD2] takes those who come back while the node is overloaded", () => {
    const admission = open({});
    isOverloaded = true;

    enter(admission, { isReturning: true });
    assert.equal(admission.call({ ...VISITOR, isReturning: true }), undefined);
  });

  it("[CKP6] [CKP7] takes nobody while rooms are on their way from process to process, but who comes back to those being made may wait", () => {
    const admission = open({});
    const [answers, returning]: [unknown[], Visitor] = [[], { ...VISITOR, isReturning: true }];
    closed = "STARTING";
    enter(admission, returning);
    answers.push(refusal(admission.connect(VISITOR)), refusal(admission.call(returning)));
    closed = "DRAINING";
    answers.push(refusal(admission.connect(returning)), refusal(admission.call(returning)));

    assert.deepEqual(answers, ["STARTING", "STARTING", "DRAINING", "DRAINING"]);
  });

  it("[ADM1] tells those whom it refuses when to come back", () => {
    const admission = open({});
    isOverloaded = true;

    const answer = admission.call(VISITOR);

    assert.deepEqual(answer?.details, { retryAfterMs: 1234 });
  });
});
