// How a period is put into words.

import type { Period } from './periods'

/** What the words for a period need: its year and month, and its first and last day. */
export const spanOf = ({ first, last }: Period) => ({ year: first.slice(0, 4), month: Number(first.slice(5, 7)), first: first.slice(5), last: last.slice(5), day: first })
/** Of whatever runs over a period. */
export const spanOfRow = ({ first_on: first, last_on: last }: { first_on: string; last_on: string }) => spanOf({ first, last })
