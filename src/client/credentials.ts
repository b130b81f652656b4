import type { Clock, Stop } from "../clock/clock.ts";
import { withDeadline } from "./deadline.ts";

/** Where a token comes from: it is given, it is asked for whenever one is needed, or the server gives one to a guest. */
export type TokenSource = string | (() => Promise<string>) | undefined;

/** What answers messages: a room. */
export interface Answering {
  request(type: string, payload: unknown): Promise<unknown>;
}

/** What credentials need. */
export interface CredentialsOptions {
  readonly source: TokenSource;
  /** http: or https: origin of the server, with its path. */
  readonly httpUrl: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Longest wait that a timer of a browser can keep. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** A token is renewed at a random moment of this part of its life, so that those who came together do not renew together. */
const RENEW_FROM = 0.5;
const RENEW_TO = 0.85;

/** The token that says who this client is: fetched when it is needed, renewed before it ends. */
export class Credentials {
  readonly #options: CredentialsOptions;
  #token: string | undefined;

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  /** Whom the present token speaks for; undefined where there is none, or it does not say. */
  get userId(): string | undefined {
    const { sub }: { sub?: unknown } = Object(this.#token === undefined ? undefined : claimsOf(this.#token));
    return typeof sub === "string" ? sub : undefined;
  }

  /** The token for the next join. @throws where none can be had now */
  async current(): Promise<string> {
    this.#token ??= await this.#fetch();
    return this.#token;
  }

  /** The server does not take the present token: the next one is a new one. Says whether there can be a new one. */
  refused(): boolean {
    this.#token = undefined;
    return typeof this.#options.source !== "string";
  }

  /**
   * While a connection lasts: renews the token before it ends, and shows it there. Where that fails, the server ends the
   * connection with the token, and the next one begins with a new one.
   */
  keepFresh(room: Answering): Stop {
    const { clock } = this.#options;
    const lifeMs = this.#token === undefined ? undefined : lifeOf(this.#token, clock.wallMs());
    if (lifeMs === undefined) return () => {};
    const share = RENEW_FROM + clock.random() * (RENEW_TO - RENEW_FROM);
    let stop = clock.after(Math.min(MAX_TIMER_MS, lifeMs * share), () => {
      let isStopped = false;
      stop = () => {
        isStopped = true;
      };
      this.#renew(room).then(
        () => {
          if (!isStopped) stop = this.keepFresh(room);
        },
        () => {}, // as said above
      );
    });
    return () => stop();
  }

  async #renew(room: Answering): Promise<void> {
    const { source } = this.#options;
    this.#token = typeof source === "function" ? await this.#fetch() : await this.current();
    this.#token = tokenIn(await room.request("token", { token: this.#token }));
  }

  #fetch(): Promise<string> {
    const { source, clock, timeoutMs } = this.#options;
    if (typeof source === "string") return Promise.resolve(source);
    return withDeadline(source ? source() : this.#fetchGuest(), { clock, timeoutMs });
  }

  async #fetchGuest(): Promise<string> {
    const { fetch, httpUrl } = this.#options;
    const response = await fetch(`${httpUrl}/api/token`, { method: "POST" });
    return tokenIn(await response.json());
  }
}

/** @throws Error where there is none */
function tokenIn(answer: unknown): string {
  if (typeof answer !== "object" || answer === null || !("token" in answer) || typeof answer.token !== "string") {
    throw new Error("The server gave no token.");
  }
  return answer.token;
}

/** How long a JWT is still good for, in ms, or undefined where it does not say. */
function lifeOf(token: string, wallMs: number): number | undefined {
  const { exp }: { exp?: unknown } = Object(claimsOf(token));
  return typeof exp === "number" ? Math.max(0, exp * 1000 - wallMs) : undefined;
}

/** What a JWT says; undefined for a token that cannot be read: only the server knows what it is then. */
function claimsOf(token: string): unknown {
  try {
    const [, claims = ""] = token.split(".");
    const bytes = Uint8Array.from(atob(claims.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
