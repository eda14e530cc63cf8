// The shop one practises in: no shop of anybody's, and known to no server.

import type { Place } from '@/kernel/location'
import type { Customer } from '@/widgets/rows'

const UNKNOWN = {
  business_area: null,
  contact_name: null,
  contact_phone: null,
  credit_level: null,
  customer_grade: null,
  last_verified_on: null,
  last_visited_on: null,
  licence_expires_on: null,
  note: null,
  opened_on: null,
  order_way: null,
  owner_name: null,
  special_group: null,
  terminal_level: null,
  opening_hours: null,
  market_days: null,
}

export function practiceShop(name: string, address: string, place: Place | null): Customer {
  return {
    ...UNKNOWN,
    id: '00000000-0000-7000-8000-000000000000',
    version: 1,
    route_id: '',
    customer_code: '',
    customer_status: '02',
    licence_no: '',
    shop_name: name,
    initials: '',
    address,
    retail_format: 'Z',
    market_type: 'C',
    business_size: '3',
    is_key: false,
    is_model: false,
    is_sample: false,
    is_watched: false,
    lat: place?.lat ?? null,
    lng: place?.lng ?? null,
    datum: place?.datum ?? null,
    radius_m: 200,
  }
}
