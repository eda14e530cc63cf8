// The words of the sync contract, as the phone keeps them.

export type Role =
  | 'account_manager'
  | 'market_manager'
  | 'department_manager'
  | 'complaint_centre'
  | 'general_admin'
  | 'related_post'
  | 'system_admin'

export interface User {
  id: string
  name: string
  role: Role
}

/** A file an op names; its bytes travel separately. */
export interface FileRef {
  id: string
  sha256: string
  bytes: number
  type: string
  kind: string
}

export interface Clock {
  anchor: string
  run: string
  /** Only where the anchor was received in this very page life. */
  elapsed_ms?: number
}

/** One command made on this device: immutable once queued. */
export interface Op {
  id: string
  seq: number
  name: string
  v: number
  made_at: string
  clock?: Clock
  args: Record<string, unknown>
  corrects?: string
  files?: FileRef[]
}

export interface Suggested {
  field: string
  why: string
}

export interface Result {
  id: string
  state: 'applied' | 'held' | 'rejected'
  receipt: string
  reason?: string
  code?: string
  params?: Record<string, unknown>
  suggested?: Suggested[]
}

export interface PushAnswer {
  proto: number
  epoch: string
  server_now: string
  anchor: string
  session: 'ok' | 'expired' | 'revoked'
  safe_before: string | null
  results: Result[]
  stop: { why: 'busy' | 'slow_down' | 'resend'; after_ms: number } | null
  /** This phone is lost: it is to forget everything. */
  wipe?: boolean
}

export interface Manifest {
  proto: number
  view: string
  user: string
  count: number
  items: [string, number][]
}

export interface BundlesAnswer {
  proto: number
  view: string
  user: string
  bundles: { key: string; rev: number; rows: Record<string, Row[]> }[]
  gone: string[]
}

export interface Row {
  id: string
}

/** Bytes made on this phone, waiting to be named by an op. */
export interface LocalFile extends Omit<FileRef, 'bytes'> {
  bytes: ArrayBuffer
}
