/** What the server refused, with a stable code that is translated on screen. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly session?: string,
    readonly params: Record<string, unknown> = {},
  ) {
    super(code)
  }
}

/** No answer, or one that is not ours (a captive portal): try again later. */
export class NetworkError extends ProblemError {
  constructor() {
    super(0, 'network')
  }
}
