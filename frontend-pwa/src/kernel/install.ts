// Installing: the browser's own offer, kept until somebody wants it.

import { ref, shallowRef } from 'vue'

interface Offer extends Event {
  prompt(): Promise<void>
  userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>
}

const offer = shallowRef<Offer | null>(null)
const hinted = ref(false)

export function listenForInstall(): void {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    offer.value = event as Offer
    // One hint in the life of this phone.
    hinted.value = localStorage.getItem('install-hint') === null
    localStorage.setItem('install-hint', 'shown')
  })
  window.addEventListener('appinstalled', () => (offer.value = null))
}

/** Ask the browser to install; an offer can be taken up once. */
async function install(): Promise<void> {
  const taken = offer.value
  offer.value = null
  hinted.value = false
  await taken?.prompt()
}

export function useInstall() {
  return { offer, hinted, install }
}
