import assert from "node:assert/strict";
import { ArenaError } from "../../../src/errors/errors.ts";
import { clientAddress, countedAs, parseNetworks } from "../../../src/transport/client-address.ts";

const TRUSTED = ["10.0.0.0/8", "192.168.1.7", "fd00::/8"];

describe("the address of a client", () => {
  const cases: {
    readonly what: string;
    readonly trusted?: readonly string[];
    readonly from: string | undefined;
    readonly forwarded?: string;
    readonly expected: string;
  }[] = [
    { what: "is its socket's", from: "203.0.113.9", expected: "203.0.113.9" },
    { what: "is not what it says itself", from: "203.0.113.9", forwarded: "1.1.1.1", expected: "203.0.113.9" },
    {
      what: "is not what it says itself where others are trusted",
      trusted: TRUSTED,
      from: "203.0.113.9",
      forwarded: "10.0.0.1",
      expected: "203.0.113.9",
    },
    {
      what: "is what a trusted proxy says",
      trusted: TRUSTED,
      from: "10.1.2.3",
      forwarded: "203.0.113.9",
      expected: "203.0.113.9",
    },
    {
      what: "is the last one that no trusted proxy has",
      trusted: TRUSTED,
      from: "10.1.2.3",
      forwarded: "6.6.6.6, 203.0.113.9 ,192.168.1.7,fd00::5",
      expected: "203.0.113.9",
    },
    {
      what: "is the proxy's where the proxy says nothing that is an address",
      trusted: TRUSTED,
      from: "10.1.2.3",
      forwarded: "203.0.113.9, unknown",
      expected: "10.1.2.3",
    },
    { what: "is the proxy's where the proxy says nothing", trusted: TRUSTED, from: "10.1.2.3", expected: "10.1.2.3" },
    {
      what: "is the first where all are trusted",
      trusted: TRUSTED,
      from: "10.1.2.3",
      forwarded: "10.0.0.1, 10.0.0.2",
      expected: "10.0.0.1",
    },
    { what: "is IPv4 also on a socket for both kinds", from: "::ffff:203.0.113.9", expected: "203.0.113.9" },
    {
      what: "is told by a proxy on a socket for both kinds",
      trusted: TRUSTED,
      from: "::ffff:10.1.2.3",
      forwarded: "2001:db8::1",
      expected: "2001:db8::1",
    },
    { what: "is empty where the socket has none any more", from: undefined, expected: "" },
  ];
  for (const { what, trusted = [], from, forwarded, expected } of cases) {
    it(`[ADM5] ${what}`, () => {
      const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };

      assert.equal(clientAddress(headers, from, parseNetworks(trusted)), expected);
    });
  }

  it("[ADM5] is not taken from any other header", () => {
    const headers = { "x-real-ip": "1.1.1.1", "x-client-ip": "1.1.1.1", forwarded: "for=1.1.1.1" };

    assert.equal(clientAddress(headers, "10.1.2.3", parseNetworks(TRUSTED)), "10.1.2.3");
  });

  it("counts for itself as IPv4 and for its /64 network as IPv6", () => {
    assert.equal(countedAs("203.0.113.9"), "203.0.113.9");
    assert.equal(countedAs("2001:db8::1"), countedAs("2001:db8:0:0:ffff::2"));
    assert.notEqual(countedAs("2001:db8::1"), countedAs("2001:db8:0:1::1"));
    assert.equal(countedAs(""), "");
  });

  for (const text of ["10.0.0.0/33", "300.1.1.1", "::1/129", "fe80::/x"]) {
    it(`is not told by the proxy "${text}", which there cannot be`, () => {
      assert.throws(
        () => parseNetworks([text]),
        (error) => error instanceof ArenaError && error.code === "CONFIG_INVALID" && error.message.includes(text),
      );
    });
  }
});
