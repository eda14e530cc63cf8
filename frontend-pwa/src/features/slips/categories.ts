// What slips are about, and how their states are shown.

import type { InfoSlip } from '@/widgets/rows'

export const CATEGORIES: InfoSlip['category'][] = [
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
export const TONES: Record<InfoSlip['state'], string> = { sent: 'warn', received: 'info', replied: 'good', closed: '' }
