import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";

/** Signs as the owner of a key, and what the public may know of that key. */
export interface SigningKey {
  readonly jwk: JWK;
  sign(claims: JWTPayload): Promise<string>;
}

/** A key that is named `kid`. */
export async function signingKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return {
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" },
    sign: (claims) => signWith(privateKey, { alg, kid }, claims),
  };
}

/** Signs `claims` under `header` with any key. */
export function signWith(
  key: CryptoKey | Uint8Array,
  header: { alg: string; kid?: string; jwk?: JWK },
  claims: JWTPayload,
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

/** A server of public keys that a test can change and break. */
export interface KeyServer {
  readonly url: URL;
  /** What it serves next. */
  keys: readonly JWK[];
  /** Status of its next answers. */
  status: number;
  /** How often it was asked. */
  readonly requests: number;
  close(): Promise<void>;
}

/** Opens a key server on a port that the system chooses. */
export async function openKeyServer(...keys: SigningKey[]): Promise<KeyServer> {
  const state = { keys: keys.map((key) => key.jwk), status: 200, requests: 0 };
  const server = createServer((_, response) => {
    state.requests++;
    response.writeHead(state.status, { "content-type": "application/json", connection: "close" });
    response.end(JSON.stringify({ keys: state.keys }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a server that listens on TCP has one
  return Object.assign(state, {
    url: new URL(`http://127.0.0.1:${port}/keys`),
    close: async () => {
      server.close();
      await once(server, "close");
    },
  });
}
