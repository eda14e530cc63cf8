// The fields of the file that may be edited, in the groups of the file; protected ones wait for the market manager.

import type { Customer } from '@/widgets/rows'

export interface EditableField {
  name: keyof Customer & string
  kind: 'text' | 'phone' | 'long' | 'choice'
  choices?: string[]
  isProtected?: boolean
}

const text = (name: EditableField['name'], isProtected = false): EditableField => ({ name, kind: 'text', isProtected })
const choice = (name: EditableField['name'], choices: string[], isProtected = false): EditableField => ({
  name,
  kind: 'choice',
  choices,
  isProtected,
})

export const EDITABLE: EditableField[] = [
  { name: 'contact_phone', kind: 'phone' },
  text('contact_name'),
  text('owner_name', true),
  text('shop_name', true),
  text('licence_no', true),
  text('address', true),
  choice('retail_format', ['Z', 'B', 'S', 'N', 'Y', 'F', 'Q'], true),
  choice('market_type', ['C', 'X'], true),
  choice('business_size', ['1', '2', '3'], true),
  choice('order_way', ['10', '20', '31', '32', '33']),
  choice('business_area', ['residential', 'commercial', 'business', 'transport', 'location', 'rural', 'mixed']),
  choice('special_group', ['none', 'fishing', 'scenic', 'campus', 'large_site', 'other']),
  choice('terminal_level', ['ordinary', 'modern', 'franchised']),
  text('opening_hours'),
  text('market_days'),
  { name: 'note', kind: 'long' },
]

export const PROTECTED = new Set(EDITABLE.filter((field) => field.isProtected).map((field) => field.name as string))
export const CODED = new Set([
  ...EDITABLE.filter((field) => field.kind === 'choice').map((field) => field.name as string),
  'customer_status',
])
