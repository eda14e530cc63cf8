// 预警客户 `warning_shop`: shops whose orders fall behind those of their like (domain §3.5), from what this phone carries.

import { computed, type Ref } from 'vue'
import { useRows } from '@/kernel/rows'
import type { Customer, SalesGrowth, ShopSales } from './rows'

const WARNING_RATIO = 0.8

interface Quantities {
  recent_qty: number
  before_qty: number
}
const growthOf = ({ recent_qty, before_qty }: Quantities): number | null => (before_qty ? recent_qty / before_qty : null)

/** Whether a shop's growth is below 0.8 of that of its size; what is not known warns of nothing. */
export function isFalling(shop: Quantities | undefined, like: Quantities | undefined): boolean {
  const [own, theirs] = [shop, like].map((one) => one && growthOf(one))
  return own !== undefined && own !== null && Boolean(theirs) && own / (theirs as number) < WARNING_RATIO
}

export function useFalling(customers: Ref<Customer[]>) {
  const { rows: sales, ready: sold } = useRows<ShopSales>('shop_sales')
  const { rows: growths, ready: grown } = useRows<SalesGrowth>('sales_growths')
  const bySize = computed(() => new Map(growths.value.map((row) => [row.business_size, row])))
  const byShop = computed(() => new Map(sales.value.map((row) => [row.customer_id, row])))
  const falls = computed(
    () => new Set(customers.value.filter(({ id, business_size }) => isFalling(byShop.value.get(id), bySize.value.get(business_size))).map(({ id }) => id)),
  )
  return { falls, ready: computed(() => sold.value && grown.value) }
}
