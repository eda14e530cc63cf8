// The months, weeks and days that plans run over, as YYYY-MM-DD.

import { dayAfter } from './days'

export type Horizon = 'month' | 'week' | 'day'
export type Period = { first: string; last: string }

const weekdayOf = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7

/** The month, the week from Monday to Sunday, or the day that a day lies in. */
export function periodOf(horizon: Horizon, day: string): Period {
  if (horizon === 'day') return { first: day, last: day }
  if (horizon === 'week') {
    const first = dayAfter(day, -weekdayOf(day))
    return { first, last: dayAfter(first, 6) }
  }
  const first = `${day.slice(0, 7)}-01`
  return { first, last: dayAfter(`${dayAfter(first, 31).slice(0, 7)}-01`, -1) }
}

export const isWeekend = (day: string): boolean => weekdayOf(day) > 4

/** The period that comes after one; after a day the next that is no weekend. */
export function periodAfter(horizon: Horizon, { last }: Period): Period {
  let day = dayAfter(last)
  while (horizon === 'day' && isWeekend(day)) day = dayAfter(day)
  return periodOf(horizon, day)
}

/** Every day of a period. */
export function daysOf({ first, last }: Period): string[] {
  const days: string[] = []
  for (let day = first; day <= last; day = dayAfter(day)) days.push(day)
  return days
}
