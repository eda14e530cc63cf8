import { describe, expect, it } from 'vitest'
import { argsOf, bring, type Content, noteOf } from '@/features/worklogs/content'

const begun = (...notes: Content['notes']): Content => ({ id: 'log', notes, dropped: [] })
const texts = ({ notes }: Content) => notes.map(({ text }) => text)

describe('the form of a log', () => {
  it('takes in what the day brings, once, and never again what was taken out', () => {
    const draft = begun()
    const visit = noteOf({ id: 'v', kind: 'visit', text: 'two faces short' })
    bring(draft, [visit])
    bring(draft, [visit])
    expect(texts(draft)).toEqual(['two faces short'])
    draft.notes = []
    draft.dropped.push('v')
    bring(draft, [visit])
    expect(texts(draft)).toEqual([])
  })

  it('replaces nothing that was typed, and takes over what another phone has made of the rest', () => {
    const draft = begun(noteOf({ id: 'a', kind: 'market', text: 'old', seen: 'old' }), noteOf({ id: 'b', kind: 'market', text: 'typed', seen: 'old' }))
    bring(draft, [noteOf({ id: 'a', kind: 'market', text: 'new', seen: 'new' }), noteOf({ id: 'b', kind: 'market', text: 'new', seen: 'new' })])
    expect(texts(draft)).toEqual(['new', 'typed'])
    expect(draft.notes[1]?.seen, 'the server is told that the newer words were not seen').toBe('old')
  })

  it('gives a slip to the note that says the same, instead of saying it twice', () => {
    const draft = begun(noteOf({ id: 'a', kind: 'market', text: 'flow' }))
    bring(draft, [noteOf({ id: 's', kind: 'market', text: 'flow', is_important: true, info_slip_id: 's' })])
    expect(draft.notes.map(({ id, info_slip_id }) => [id, info_slip_id])).toEqual([['a', 's']])
  })

  it('knows its own words again once the server has them', () => {
    const draft = begun(noteOf({ id: 'a', kind: 'market', text: 'mine' }))
    bring(draft, [noteOf({ id: 'a', kind: 'market', text: 'mine', seen: 'mine' })])
    expect(draft.notes[0]?.seen).toBe('mine')
  })

  it('keeps a mark set here on a note that the day brought', () => {
    const draft = begun(noteOf({ id: 'a', kind: 'market', text: 'flow', is_important: true }))
    bring(draft, [noteOf({ id: 'a', kind: 'market', text: 'flow' })])
    expect(draft.notes[0]?.is_important).toBe(true)
  })

  it('says what is written, and takes away what was emptied or taken out', () => {
    const known = [noteOf({ id: 'a', kind: 'market', text: 'old', seen: 'old' }), noteOf({ id: 'b', kind: 'brand', text: 'gone', seen: 'gone' })]
    const draft = begun(noteOf({ id: 'a', kind: 'market', text: ' new ', seen: 'old' }), noteOf({ id: 'c', kind: 'work', text: '  ' }))
    const said = argsOf('day', '2026-11-30', draft, known).notes ?? []
    expect(said.map(({ id, text, seen }) => [id, text, seen])).toEqual([
      ['a', 'new', 'old'],
      ['b', null, 'gone'],
    ])
  })
})
