// The classes of shops a checklist may name.

export const CLASSES = ['market_types', 'business_sizes', 'retail_formats'] as const
export type ClassName = (typeof CLASSES)[number]

export const VALUES = { market_types: ['C', 'X'], business_sizes: ['1', '2', '3'], retail_formats: ['Z', 'B', 'S', 'N', 'Y', 'F', 'Q'] } as const

const FIELD: Record<ClassName, string> = { market_types: 'market_type', business_sizes: 'business_size', retail_formats: 'retail_format' }

/** The words of a class's values, as the shop's file has them. */
export const namesOf = (t: (key: string) => string, name: ClassName, values: readonly string[]): string[] =>
  values.map((value) => t(`value.${FIELD[name]}.${value}`))
export const fieldOf = (name: ClassName): string => FIELD[name]
