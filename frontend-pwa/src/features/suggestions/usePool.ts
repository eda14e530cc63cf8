// The suggestions of a period with the notes that tell of analyses, and the analyses themselves, read online.

import { computed, ref, shallowRef } from 'vue'
import { json, request } from '@/kernel/api'
import { useSession } from '@/kernel/session'
import { ProblemError } from '@/kernel/problem'
import { dayOf } from '@/widgets/days'
import { saveFile } from '@/widgets/files'
import type { FeedbackCase, FeedbackNote, SuggestionAnalysis } from '@/widgets/rows'
import { useNow } from '@/widgets/useNow'
import { counts } from './pool'

interface Span {
  first: string
  last: string
}
const PAGE = 200
const MOST = 2_000
const WORDS: FeedbackNote['word'][] = ['pool', 'unpool', 'adopt', 'decline']

export function usePool() {
  const session = useSession()
  const { busy, problem, attempt } = useNow(() => undefined)
  const cases = shallowRef<FeedbackCase[]>([])
  const notes = shallowRef<FeedbackNote[]>([])
  const analyses = shallowRef<SuggestionAnalysis[]>([])
  const ready = ref(false)
  let asked = 0

  const read = async <T>(path: string) => json<T>(`/api/${path}`, { token: await session.token() })
  async function all<T>(path: string): Promise<T[]> {
    const found: T[] = []
    let after: string | null = ''
    while (after !== null && found.length < MOST) {
      const cursor: string = after && `&after=${encodeURIComponent(after)}`
      const page: { items: T[]; next: string | null } = await read(`${path}&limit=${PAGE}${cursor}`)
      found.push(...page.items)
      after = page.next
    }
    return found
  }
  const said = ({ first, last }: Span) => `feedback_cases?feedback_type=suggestion&received_at_from=${first}&received_at_to=${last}&sort=-received_at`

  /** Read a period; `named` is an analysis that is shown whenever it was made, where it is his to see. */
  const load = (span: Span, named: string | null) =>
    attempt(async () => {
      const now = ++asked
      // What is part of an analysis became so after it was said.
      const since = `made_at_from=${span.first}`
      const [rows, made, waiting, ...steps] = await Promise.all([
        all<FeedbackCase>(said(span)),
        all<SuggestionAnalysis>(`suggestion_analyses?${since}`),
        all<SuggestionAnalysis>('suggestion_analyses?state=submitted'),
        ...WORDS.map((word) => all<FeedbackNote>(`feedback_notes?word=${word}&${since}`)),
      ])
      const found = new Map([...made, ...waiting].map((row) => [row.id, row]))
      if (named && !found.has(named)) {
        const row = await read<SuggestionAnalysis>(`suggestion_analyses/${encodeURIComponent(named)}`).catch((error: unknown) => {
          if (error instanceof ProblemError && error.status === 404) return null
          throw error
        })
        if (row) found.set(row.id, row)
      }
      // What waits since before the period has its notes there.
      const before = [...found.values()].filter((one) => dayOf(one.made_at) < span.first)
      const older = await Promise.all(before.map((one) => all<FeedbackNote>(`feedback_notes?ref_id=${one.id}`)))
      // An answer that comes after something else was asked for is nobody's any more.
      if (now !== asked) return
      cases.value = rows.filter(counts)
      notes.value = [...steps, ...older].flat()
      analyses.value = [...found.values()].filter(({ state }) => state !== 'withdrawn').sort((a, b) => b.made_at.localeCompare(a.made_at))
      ready.value = true
    })

  /** The rows of a list as a workbook. */
  const save = (path: string, name: string) =>
    attempt(async () => {
      const answer = await request(`/api/${path}`, { token: await session.token() })
      saveFile(await answer.blob(), `${name}.xlsx`)
    })
  const saveCases = (span: Span, name: string) => save(said(span).replace('?', '.xlsx?'), name)
  const saveAnalyses = (span: Span, name: string) => save(`suggestion_analyses.xlsx?made_at_from=${span.first}&sort=-made_at`, name)

  return { cases, notes, analyses, ready, busy, problem, attempt, load, saveCases, saveAnalyses, isPartial: computed(() => cases.value.length >= MOST) }
}
