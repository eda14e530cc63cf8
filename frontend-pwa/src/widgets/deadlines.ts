// Which length of a deadline holds on a day (YYYY-MM-DD), and which are set from later days on.
import type { DeadlinePolicy } from './rows'

const ofKey = (policies: DeadlinePolicy[], key: string) => policies.filter((row) => row.key === key).sort((a, b) => a.since.localeCompare(b.since))

/** What was set last of what holds by then. */
export const heldOn = (policies: DeadlinePolicy[], key: string, day: string): DeadlinePolicy | undefined =>
  ofKey(policies, key)
    .filter(({ since }) => since <= day)
    .at(-1)

export const comingAfter = (policies: DeadlinePolicy[], key: string, day: string): DeadlinePolicy[] => ofKey(policies, key).filter(({ since }) => since > day)
