// A form whose command is carried out at once: busy while it runs, the refusal in words, closed when done.

import { ref } from 'vue'
import { problemText } from '@/kernel/i18n'
import { doNow } from '@/kernel/now'
import { ProblemError } from '@/kernel/problem'

export function useNow(done: () => void) {
  const busy = ref(false)
  const problem = ref<string | null>(null)

  async function attempt(action: () => Promise<void>): Promise<void> {
    busy.value = true
    problem.value = null
    try {
      await action()
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      problem.value = problemText(error.code)
    } finally {
      busy.value = false
    }
  }

  const run = (path: string, args: object) =>
    attempt(async () => {
      await doNow('POST', path, args)
      done()
    })

  return { busy, problem, attempt, run }
}
