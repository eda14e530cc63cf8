// The server's policy lets no text become a script's address; here stand the ones that may.

import journalWorker from './journal.worker?worker&url'
import photoWorker from './photo.worker?worker&url'

export const PHOTO_WORKER = photoWorker
export const JOURNAL_WORKER = journalWorker
const TRUSTED = ['/sw.js', PHOTO_WORKER, JOURNAL_WORKER]

export function trustOwnScripts(): void {
  window.trustedTypes?.createPolicy('default', { createScriptURL: (url) => (TRUSTED.includes(url) ? url : null) })
}
