// A form whose command is carried out at once: busy while it runs, the refusal in words, closed when done.

import { ref } from 'vue'
import { problemText } from '@/kernel/i18n'
import { doNow } from '@/kernel/now'
import { ProblemError } from '@/kernel/problem'

export function useNow(done: () => void) {
  const busy = ref(false)
  const problem = ref<string | null>(null)

  async function run(path: string, args: object): Promise<void> {
    busy.value = true
    problem.value = null
    try {
      await doNow('POST', path, args)
      done()
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      problem.value = problemText(error.code)
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, run }
}
