// Between which moments something was done, in words: what the server vouches for, beside what the phone says.

import { useI18n } from 'vue-i18n'
import { dayOf, timeOf } from './days'
import type { FlowStep, Suggestion, Visit } from './rows'

/** A moment as rows keep it; rows older than the interval have no bounds. */
export interface Provable {
  stated: string | null
  earliest: string | null
  latest: string | null
  /** What the phone's clock showed, where the row keeps it. */
  wall?: string | null
}

export const arrivalOf = (visit: Visit): Provable => ({
  stated: visit.check_in_at,
  earliest: visit.earliest_at,
  latest: visit.latest_at,
  wall: visit.check_in_wall_at,
})

export const leavingOf = (visit: Visit): Provable => ({
  stated: visit.check_out_at,
  earliest: visit.check_out_earliest_at,
  latest: visit.check_out_latest_at,
  wall: visit.check_out_wall_at,
})

/** When a step was made, or a suggestion decided. */
export const decisionOf = (row: FlowStep | Suggestion): Provable => ({
  stated: 'decided_at' in row ? row.decided_at : row.made_at,
  earliest: row.earliest_at,
  latest: row.latest_at,
})

const MINUTE = 60_000
/** Narrower than this it says no more than the time itself. */
const WIDE_MS = 5 * MINUTE
/** A clock that is less wrong is not worth a word. */
const OFF_MS = 2 * MINUTE

/** How many ms the phone's clock was wrong by, at least; 0 where it may have been right. */
function offOf({ stated, earliest, latest, wall }: Provable): number {
  if (!stated || !earliest || !latest) return 0
  const likely = Math.min(Math.max(Date.parse(stated), Date.parse(earliest)), Date.parse(latest))
  return Date.parse(wall ?? stated) - likely
}

export function useProvable() {
  const { t } = useI18n()

  /** HH:MM, with the day in front where it is not the one the reader has before him. */
  const moment = (at: string, day: string) => (dayOf(at) === day ? timeOf(at) : `${dayOf(at)} ${timeOf(at)}`)

  function between({ earliest, latest }: Provable, day = ''): string {
    if (!earliest || !latest) return ''
    return `${moment(earliest, day)} – ${moment(latest, dayOf(earliest))}`
  }

  /** Whether the bounds say more than the stated time. */
  function isWide(one: Provable): boolean {
    const { earliest, latest } = one
    return !!earliest && !!latest && (Date.parse(latest) - Date.parse(earliest) > WIDE_MS || Math.abs(offOf(one)) >= OFF_MS)
  }

  /** That the phone's clock was fast or slow, and by how much; empty where it agrees. */
  function clock(one: Provable): string {
    const off = offOf(one)
    const minutes = Math.round(Math.abs(off) / MINUTE)
    if (Math.abs(off) < OFF_MS) return ''
    const [n, unit] = minutes < 120 ? [minutes, 'minutes'] : minutes < 2880 ? [Math.round(minutes / 60), 'hours'] : [Math.round(minutes / 1440), 'days']
    return t(off > 0 ? 'provable.fast' : 'provable.slow', { span: t(`provable.${unit}`, { n }) })
  }

  return { moment, between, isWide, clock }
}
