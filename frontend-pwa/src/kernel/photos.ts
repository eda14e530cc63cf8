// Photos on screen: own bytes from this phone, others' through permission; addresses live as long as the page.

import { onScopeDispose, type Ref, ref, watch } from 'vue'
import { request } from './api'
import { home } from './home'
import { useSession } from './session'

/** An object URL for an attachment, or null while it is not to be had here. */
export function usePhoto(id: () => string): Ref<string | null> {
  const url = ref<string | null>(null)
  const session = useSession()
  const revoke = () => {
    if (url.value) URL.revokeObjectURL(url.value)
    url.value = null
  }

  async function load(wanted: string): Promise<void> {
    const own = await home()?.blobs.get(wanted)
    const content = own
      ? new Blob([own.bytes], { type: own.type })
      : await request(`/api/attachments/${wanted}/picture`, { token: await session.token() }).then((answer) => answer.blob())
    if (wanted !== id()) return
    revoke()
    url.value = URL.createObjectURL(content)
  }

  watch(id, (wanted) => void load(wanted).catch(revoke), { immediate: true })
  onScopeDispose(revoke)
  return url
}
