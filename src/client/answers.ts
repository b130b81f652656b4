/** What the server said last over HTTP when it refused a call. */
export interface RefusedCall {
  readonly status: number;
  /** Name in the server's catalogue of errors, or its number where the answer has no name. */
  readonly code: string;
  readonly detail: string;
  /** When the server wants to be asked again; undefined where it does not say. */
  readonly retryAfterMs: number | undefined;
}

/** Makes calls, and remembers the last one that was refused, of which the SDK tells no more than a number. */
export class Answers {
  readonly #fetch: typeof fetch;
  #refused: RefusedCall | undefined;

  constructor(fetchFn: typeof fetch) {
    this.#fetch = fetchFn;
  }

  /** The last call that was refused since `forget`. */
  get refused(): RefusedCall | undefined {
    return this.#refused;
  }

  /** Begins anew. */
  forget(): void {
    this.#refused = undefined;
  }

  /** Like `fetch`. */
  readonly fetch = async (...args: Parameters<typeof fetch>): Promise<Response> => {
    const response = await this.#fetch(...args);
    if (!response.ok) this.#refused = await read(response.clone());
    return response;
  };
}

async function read(response: Response): Promise<RefusedCall> {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const body: unknown = await response.json().catch(() => ({})); // whoever stands before the server answers in other forms
  const { name, code, error, retryAfterMs = seconds * 1000 }: Readonly<Record<string, unknown>> = Object(body);
  return {
    status: response.status,
    code: String(name ?? code ?? response.status),
    detail: typeof error === "string" ? error : response.statusText,
    retryAfterMs: Number.isFinite(retryAfterMs) ? Number(retryAfterMs) : undefined,
  };
}
