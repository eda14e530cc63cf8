// What slips are about, and how their states are shown.

import type { Slip } from '@/widgets/rows'

export const CATEGORIES: Slip['category'][] = [
  'market_info',
  'customer_info',
  'brand_info',
  'supply',
  'price',
  'delivery',
  'order',
  'settlement',
  'compliance',
  'suggestion',
  'query',
  'grumble',
  'complaint',
  'other',
]
export const TONES: Record<Slip['state'], string> = { sent: 'warn', received: 'info', replied: 'good', closed: '' }
