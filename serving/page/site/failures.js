/** What went wrong, in words for whoever looks at the page. */

export class Failure extends Error {
  /**
   * @param {string} message Sentences that also say what to do.
   * @param {{retry?: boolean}} options Whether the same may work later.
   */
  constructor(message, { retry = false } = {}) {
    super(message);
    this.retry = retry;
  }
}

/** An error of any kind as a `Failure`; null where the user cancelled. */
export function explain(error) {
  if (error.name === "AbortError") return null;
  if (error instanceof Failure) return error;
  console.warn(error);
  return new Failure(`That did not work: ${error.message}`, { retry: true });
}
