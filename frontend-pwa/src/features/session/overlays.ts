// How own consents change what the screen shows before the server has them.

import type { CommandArgs } from '@/kernel/commands'
import { defineOverlay, type OverlayDraft } from '@/kernel/overlay'
import type { Op } from '@/kernel/types'
import type { Consent } from '@/widgets/rows'

const AFTER_ALL_PULLED = 1e12

function said(op: Op, draft: OverlayDraft, version: number, isGiven: boolean): void {
  const { id, kind } = op.args as CommandArgs<'consents.withdraw'> & { kind: Consent['kind'] }
  draft.put<Consent>('consents', { id, kind, version, is_given: isGiven, made_at: op.made_at, op_number: AFTER_ALL_PULLED + op.seq })
}

defineOverlay('consents.give', ['consents'], (op, draft) => said(op, draft, Number(op.args.version), true))
defineOverlay('consents.withdraw', ['consents'], (op, draft) => said(op, draft, 1, false))
