// Text for the clipboard; where the browser has none to offer, a selected field does it the old way.

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copySelected(text)
  }
}

function copySelected(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'visually-hidden'
  const dialog = document.querySelector('dialog[open]') ?? document.body
  dialog.append(field)
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  return done
}
