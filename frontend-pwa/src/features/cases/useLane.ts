// One lane of the board: the cases in some states, what is due first on top, read again without taking it off the screen.

import { json } from '@/kernel/api'
import { useSession } from '@/kernel/session'
import type { FeedbackCase } from '@/widgets/rows'
import { usePages } from '@/widgets/usePages'

const PAGE = 20
const MAX_PAGE = 200

export function useLane(states: FeedbackCase['state'][]) {
  const session = useSession()
  const { rows, next, ready, busy, problem, attempt, ask, more } = usePages<FeedbackCase>()
  const asked = `feedback_cases?sort=due_at&${states.map((state) => `state=${state}`).join('&')}`

  const reload = () =>
    attempt(async () => {
      const limit = Math.min(Math.max(rows.value.length, PAGE), MAX_PAGE)
      const page = await json<{ items: FeedbackCase[]; next: string | null }>(`/api/${asked}&limit=${limit}`, { token: await session.token() })
      rows.value = page.items
      next.value = page.next
    })

  void ask(`${asked}&limit=${PAGE}`)
  return { rows, next, ready, busy, problem, reload, more }
}
