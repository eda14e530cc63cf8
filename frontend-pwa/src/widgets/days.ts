// Days and times as Asia/Shanghai shows them, whatever the phone's own zone is.

const dayFormat = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' })
const timeFormat = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', hour: '2-digit', minute: '2-digit' })

/** YYYY-MM-DD of a moment. */
export function dayOf(moment: Date | string = new Date()): string {
  return dayFormat.format(typeof moment === 'string' ? new Date(moment) : moment)
}

/** The day after a day (YYYY-MM-DD). */
export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

export const dayBefore = (day: string): string => dayAfter(day, -1)

/** HH:MM of a moment. */
export function timeOf(moment: string | null): string {
  return moment ? timeFormat.format(new Date(moment)) : ''
}
