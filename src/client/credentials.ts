import type { Clock, Stop } from "../clock/clock.ts";
import { withDeadline } from "./deadline.ts";

/** Where a token comes from: it is given, it is asked for whenever one is needed, or the server gives one to a guest. */
export type TokenSource = string | (() => Promise<string>) | undefined;

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
  #stopTimer: Stop = () => {};

  constructor(options: CredentialsOptions) {
    this.#options = options;
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
   * While a connection lasts: renews the token before it ends, with what `renew` makes of it on that connection.
   *
   * @param renew shows the server a token and gives back the one that holds from now on
   */
  keepFresh(renew: (token: string) => Promise<string>): Stop {
    const { clock } = this.#options;
    const lifeMs = this.#token === undefined ? undefined : lifeOf(this.#token, clock.wallMs());
    if (lifeMs === undefined) return () => {};
    const share = RENEW_FROM + clock.random() * (RENEW_TO - RENEW_FROM);
    let isStopped = false;
    const stopTimer = clock.after(Math.min(MAX_TIMER_MS, lifeMs * share), () => {
      this.#renew(renew).then(
        () => {
          if (!isStopped) this.#stopTimer = this.keepFresh(renew);
        },
        () => {}, // the server ends the connection with the token, and the next one begins with a new one
      );
    });
    this.#stopTimer = stopTimer;
    return () => {
      isStopped = true;
      this.#stopTimer();
    };
  }

  async #renew(renew: (token: string) => Promise<string>): Promise<void> {
    const { source } = this.#options;
    const shown = typeof source === "function" ? await this.#fetch() : await this.current();
    this.#token = shown;
    this.#token = await renew(shown);
  }

  #fetch(): Promise<string> {
    const { source, clock, timeoutMs } = this.#options;
    if (typeof source === "string") return Promise.resolve(source);
    return withDeadline(source ? source() : this.#fetchGuest(), { clock, timeoutMs });
  }

  async #fetchGuest(): Promise<string> {
    const { fetch, httpUrl } = this.#options;
    const response = await fetch(`${httpUrl}/api/token`, { method: "POST" });
    const body: unknown = await response.json();
    if (typeof body !== "object" || body === null || !("token" in body) || typeof body.token !== "string") {
      throw new Error("The server gives no token to a guest.");
    }
    return body.token;
  }
}

/** How long a JWT is still good for, in ms, or undefined where it does not say. */
export function lifeOf(token: string, wallMs: number): number | undefined {
  const [, claims] = token.split(".");
  if (claims === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/")));
    if (typeof parsed !== "object" || parsed === null || !("exp" in parsed) || typeof parsed.exp !== "number") {
      return undefined;
    }
    return Math.max(0, parsed.exp * 1000 - wallMs);
  } catch {
    return undefined; // not a token that can be read; only the server knows when it ends
  }
}
