// Search in memory: by name, initials, licence, phone and code; all words must be found.

import type { Customer } from './rows'

export interface Searchable {
  row: Customer
  text: string
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase()

export function searchable(rows: Customer[]): Searchable[] {
  return rows.map((row) => ({
    row,
    text: folded(
      [row.shop_name, row.initials, row.licence_no, row.contact_phone, row.customer_code, row.contact_name, row.address].join(' '),
    ),
  }))
}

const wordsOf = (query: string) => folded(query).split(/\s+/).filter(Boolean)

/** Whether a text holds every word of a query. */
export const matches = (text: string, query: string): boolean => wordsOf(query).every((word) => folded(text).includes(word))

export function search(index: Searchable[], query: string): Customer[] {
  const words = wordsOf(query)
  return index.filter(({ text }) => words.every((word) => text.includes(word))).map(({ row }) => row)
}
