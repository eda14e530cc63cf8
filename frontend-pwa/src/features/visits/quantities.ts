// Numbers as people write them, and as they are kept: cartons with one decimal as packs, yuan as fen.

const kept = (factor: number) => ({
  show: (value: number | null): string => (value === null ? '' : String(value / factor)),
  read: (text: string): number | null => {
    const value = Number(text.trim())
    return text.trim() === '' || !Number.isFinite(value) || value < 0 ? null : Math.round(value * factor)
  },
})

/** Cartons on the screen, tenths of a carton (packs) in the row. */
export const packs = kept(10)

const money = kept(100)
/** Yuan on the screen, fen in the row; no price is nothing. */
export const fen = { show: money.show, read: (text: string) => money.read(text) || null }
