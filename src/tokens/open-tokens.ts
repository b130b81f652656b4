import { createHmac } from "node:crypto";
import { keepSecret } from "./secret-file.ts";
import { createTokens, type Tokens, type TokensOptions } from "./tokens.ts";

/** What a process is told about tokens. */
export interface TokenSettings {
  readonly auth: TokensOptions["mode"];
  /** Empty where nobody gave one. */
  readonly tokenSecret: string;
  readonly jwksUrl: string;
  readonly logStore: string;
  readonly dataDir: string;
  /** Empty for a process on its own. */
  readonly redisUrl: string;
}

/**
 * Tokens as a process is told. Where nothing else signs, one on its own keeps a secret in its data folder; those of a cluster derive it
 * from the one that they share.
 *
 * @throws ArenaError CONFIG_INVALID
 */
export async function openTokens(
  settings: TokenSettings,
  parts: Pick<TokensOptions, "clock" | "telemetry">,
  shared: Buffer,
): Promise<Tokens> {
  const { auth, tokenSecret, jwksUrl, logStore, dataDir, redisUrl } = settings;
  const isKept = tokenSecret === "" && logStore !== "memory" && redisUrl === "";
  const kept = isKept ? await keepSecret(dataDir, parts.telemetry) : undefined;
  const ownSecret = redisUrl === "" ? kept : createHmac("sha256", shared).update("tokens").digest("base64url");
  return createTokens({ mode: auth, secret: tokenSecret, jwksUrl, ...(ownSecret && { ownSecret }), ...parts });
}
