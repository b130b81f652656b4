/** Longer messages are cut, so that a row of the table stays a row. */
const MAX_KIND_LENGTH = 60;

/** What an error is counted as: its code where it has one, else the beginning of its message. */
export function errorKind(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, MAX_KIND_LENGTH);
  const catalogueCode = /^([A-Z][A-Z_]+): /.exec(error.message)?.[1];
  return catalogueCode ?? systemCode(error) ?? error.message.slice(0, MAX_KIND_LENGTH);
}

/** The system's code, which fetch hides behind "fetch failed". */
function systemCode(error: Error): string | undefined {
  const { cause } = error;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return cause.code;
  return undefined;
}
