// Whether the screen is a desk's (≥ 960 px) or a phone's.

import { onScopeDispose, ref } from 'vue'

export function useWide() {
  const query = matchMedia('(min-width: 60rem)')
  const isWide = ref(query.matches)
  const follow = () => (isWide.value = query.matches)
  query.addEventListener('change', follow)
  onScopeDispose(() => query.removeEventListener('change', follow))
  return isWide
}
