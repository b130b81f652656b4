/** Rejects after `ms`, without keeping the process alive. */
export function deadline(ms: number, complaint: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${complaint} within ${ms / 1000} s.`)), ms).unref();
  });
}
