// What is written at a visit. Only the pages of a visit show it, so only they bring this.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay } from '@/kernel/overlay'
import type { StockReading, Visit, VisitAnswers, VisitComment } from '@/widgets/rows'
import { ROWS, showPhotos } from './overlays'

defineOverlay('visits.answer', ['visit_answers'], (op, draft) => {
  const args = op.args as CommandArgs<'visits.answer'> & { visit_id: string }
  const known = draft.get<VisitAnswers>('visit_answers', args.visit_id)
  const answers = { ...(known?.checklist_id === args.checklist_id && known.answers), ...args.answers }
  const given = Object.entries(answers).filter(([, answer]) => answer !== null)
  draft.put<VisitAnswers>('visit_answers', {
    id: args.visit_id,
    checklist_id: args.checklist_id,
    answers: Object.fromEntries(given) as VisitAnswers['answers'],
    score: null, // it is the server's
  })
})

defineOverlay('visits.record_stock', ['stock_readings', 'visits'], (op, draft, userId) => {
  const { visit_id, readings } = op.args as CommandArgs<'visits.record_stock'> & { visit_id: string }
  const visit = draft.get<Visit>('visits', visit_id)
  if (!visit) return
  const blankReading = { backroom_qty: 0, out_of_stock_days: null, carton_price: null, pack_price: null }
  for (const reading of readings) {
    draft.put<StockReading>('stock_readings', {
      ...blankReading,
      ...reading,
      visit_id,
      customer_id: visit.customer_id,
      read_on: visit.day,
      collected_by_id: userId,
    })
  }
})

defineOverlay('visits.comment', ['visit_comments'], (op, draft, userId) => {
  const { id, visit_id, text } = op.args as { id: string; visit_id: string; text: string }
  draft.put<VisitComment>('visit_comments', { id, visit_id, text, author_id: userId, made_at: op.made_at })
})

defineOverlay('visits.add_photos', ROWS, (op, draft) => {
  showPhotos(op.files ?? [], (op.args as { visit_id: string }).visit_id, draft)
})
