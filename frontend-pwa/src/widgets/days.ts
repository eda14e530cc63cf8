// Days and times as Asia/Shanghai shows them, whatever the phone's own zone is.

// China keeps one time without summer time, since 1991. `Intl` is no help: some browsers write 'en-CA' as 11/25/2026.
const AHEAD_MS = 8 * 3_600_000

const shown = (moment: Date | string): string => new Date(new Date(moment).getTime() + AHEAD_MS).toISOString()

/** YYYY-MM-DD of a moment. */
export const dayOf = (moment: Date | string = new Date()): string => shown(moment).slice(0, 10)

/** The day after a day (YYYY-MM-DD). */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

export const dayBefore = (day: string): string => dayAfter(day, -1)

/** HH:MM of a moment. */
export const timeOf = (moment: string | null): string => (moment ? shown(moment).slice(11, 16) : '')

/** Until when, as people say it: the end of a day is its 24:00, not the next one's first minute. */
export const untilOf = (moment: string): string => (timeOf(moment) === '00:00' ? `${dayBefore(dayOf(moment))} 24:00` : `${dayOf(moment)} ${timeOf(moment)}`)
