/** The room gives no history, or cannot give this part of it. */
export class HistoryRefused extends Error {
  override readonly name = "HistoryRefused";
}
