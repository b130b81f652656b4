interface OptionBase {
  /** Key in Config. */
  readonly name: string;
  /** Environment variable. */
  readonly env: string;
  /** Flag on the command line, without the dashes. */
  readonly flag: string;
  /** Unit of the value, or "" where it has none. */
  readonly unit: string;
  /** What it does, in one sentence. */
  readonly sentence: string;
}

/** One row of the table. */
export type Option =
  | (OptionBase & { readonly type: "integer"; readonly default: number; readonly min: number; readonly max: number })
  | (OptionBase & { readonly type: "boolean"; readonly default: boolean })
  | (OptionBase & { readonly type: "choice"; readonly default: string; readonly choices: readonly string[] })
  | (OptionBase & {
      readonly type: "text";
      readonly default: string;
      readonly pattern: RegExp;
      readonly form: string;
      /** A wrong value is not repeated to whoever reads the refusal. */
      readonly isSecret?: true;
    })
  | (OptionBase & {
      /** Separated by commas; spaces around them do not count. Empty where nothing is set. */
      readonly type: "list";
      readonly default: readonly string[];
      /** What one item looks like. */
      readonly pattern: RegExp;
      readonly form: string;
    });
