// The rows that more than one feature shows, as the server's views describe them.

export interface Customer {
  id: string
  customer_code: string
  licence_no: string
  shop_name: string
  initials: string
  address: string | null
  lat: number | null
  lng: number | null
  datum: string | null
  radius_m: number
  retail_format: string
  market_type: string
  business_size: string
  customer_grade: number | null
  credit_level: string | null
  business_area: string | null
  special_group: string | null
  order_way: string | null
  terminal_level: string | null
  customer_status: string
  owner_name: string | null
  contact_name: string | null
  contact_phone: string | null
  is_key: boolean
  is_sample: boolean
  is_watched: boolean
  is_model: boolean
  route_id: string
  licence_expires_on: string | null
  opened_on: string | null
  last_verified_on: string | null
  last_visited_on: string | null
  note: string | null
}

export interface Suggestion {
  id: string
  customer_id: string
  field: string
  seen_value: string | null
  suggested_value: string | null
  why: string
  author_id: string
  made_at: string
  due_on: string
  state: string
}

export interface CustomerChange {
  id: string
  customer_id: string
  field: string
  old_value: string | null
  new_value: string | null
  author_id: string
  made_at: string
}

export interface VisitDigest {
  id: string
  customer_id: string
  day: string
  visitor_id: string
  outcome: string | null
  next_step: string | null
  satisfaction: number | null
}

export interface Visit {
  id: string
  customer_id: string
  shop_name: string
  visitor_id: string
  zone_id: string
  day: string
  state: 'planned' | 'in_progress' | 'completed' | 'cancelled' | 'missed'
  is_planned: boolean
  seq: number | null
  planned_time: string | null
  purpose: string | null
  contact_method: string | null
  check_in_at: string | null
  check_in_accuracy_m: number | null
  place_refusal: string | null
  phone_verdict: string | null
  place_verdict: string | null
  distance_m: number | null
  photo_refusal: string | null
  check_out_at: string | null
  met_person: string | null
  findings: string | null
  note: string | null
  next_step: string | null
  satisfaction: number | null
  responsibility_tags: string[]
  cancel_reason: string | null
  is_late_scope: boolean
}

export interface Attachment {
  id: string
  owner_id: string
  kind: string
  sha256: string
  state: 'pending' | 'stored' | 'given_up'
}

export interface Person {
  id: string
  name: string
  role: string
}
