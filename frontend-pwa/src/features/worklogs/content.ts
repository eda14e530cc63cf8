// What a log is written from: what the server has, what the day itself brings, and what was typed on this phone.

import type { CommandArgs } from '@/kernel/commands'
import type { Horizon } from '@/widgets/periods'
import type { WorkLog } from '@/widgets/rows'

export type Kind = WorkLog['notes'][number]['kind']

/** A note as it stands in the form; `seen` is the text the server had when it was last shown here. */
export interface Note {
  id: string
  kind: Kind
  text: string
  seen: string | null
  is_important: boolean
  info_slip_id: string | null
  customer_id: string | null
  shop_name: string | null
}

export interface Content {
  id: string
  notes: Note[]
  dropped: string[]
}

export const KINDS: Record<Horizon, Kind[]> = {
  day: ['visit', 'work', 'market', 'customer', 'brand', 'problem', 'request', 'experience', 'tomorrow'],
  week: ['analysis', 'problem', 'request', 'experience', 'next_step'],
  month: ['analysis', 'problem', 'request', 'experience', 'next_step'],
}
export const INFORMATION: Kind[] = ['market', 'customer', 'brand']
export const EDITABLE: WorkLog['state'][] = ['open', 'withdrawn', 'returned', 'submitted']
export const TONES: Record<WorkLog['state'], string> = { open: '', submitted: 'info', withdrawn: '', returned: 'warn', reviewed: 'good' }

export const noteOf = (note: Pick<Note, 'id' | 'kind' | 'text'> & Partial<Note>): Note => ({
  seen: null,
  is_important: false,
  info_slip_id: null,
  customer_id: null,
  shop_name: null,
  ...note,
})

/** The notes of a log that is known, as a form begins with them. */
export const knownOf = (log: WorkLog | undefined): Note[] =>
  (log?.notes ?? []).map(({ id, kind, text, is_important, info_slip_id, customer_id, shop_name }) => ({ id, kind, text, seen: text, is_important, info_slip_id, customer_id, shop_name }))

/** Bring into a form what has come since it was begun: nothing that was typed is replaced, nothing that was taken out comes back. A slip belongs to the note that says the same. */
export function bring(content: Content, fresh: Note[]): void {
  for (const note of fresh) {
    const mine = content.notes.find(({ id }) => id === note.id)
    if (!mine) {
      const same = note.info_slip_id && content.notes.find(({ text, info_slip_id }) => info_slip_id === note.info_slip_id || text.trim() === note.text)
      if (same) Object.assign(same, { is_important: true, info_slip_id: note.info_slip_id })
      else if (!content.dropped.includes(note.id)) content.notes.push({ ...note })
    } else if (mine.text === note.text || mine.text === mine.seen) {
      Object.assign(mine, note, mine.seen === null && note.seen === null ? { is_important: mine.is_important, info_slip_id: mine.info_slip_id } : {})
    }
  }
}

/** The arguments that say it: what was emptied or taken out of what the server has is taken away there. */
export function argsOf(horizon: Horizon, first_on: string, content: Content, known: Note[]): CommandArgs<'work_logs.submit'> {
  const blank = { text: null, is_important: false, info_slip_id: null, customer_id: null }
  const written = content.notes.filter(({ text }) => text.trim())
  const gone = known.filter(({ id }) => !written.some((note) => note.id === id))
  return {
    id: content.id,
    horizon,
    first_on,
    notes: [
      ...written.map(({ id, kind, text, seen, is_important, info_slip_id, customer_id }) => ({ id, kind, text: text.trim(), seen, is_important, info_slip_id, customer_id })),
      ...gone.map(({ id, kind, seen }) => ({ id, kind, seen, ...blank })),
    ],
  }
}

/** Whether important information went nowhere: neither a slip nor a word why not. */
export const isLeftOpen = (note: WorkLog['notes'][number]): boolean => note.is_important && !note.info_slip_id && !note.explanation
