// Names of people, routes and zones for ids, as far as this device carries them (else nothing, for an id tells nobody anything), and the choices they make.

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRows } from '@/kernel/rows'
import type { Person, Route, Zone } from '@/widgets/rows'
import type { Option } from './table'

export function useNames() {
  const { t } = useI18n()
  const { rows: people } = useRows<Person>('people')
  const { rows: routes } = useRows<Route>('routes')
  const { rows: zones } = useRows<Zone>('zones')
  const person = computed(() => new Map(people.value.map(({ id, name }) => [id, name])))
  const route = computed(() => new Map(routes.value.map((row) => [row.id, row])))
  const zone = computed(() => new Map(zones.value.map(({ id, name }) => [id, name])))
  const byName = (a: Option, b: Option) => a.label.localeCompare(b.label, 'zh')

  return {
    people,
    routes,
    zones,
    personName: (id: string | null | undefined) => (id ? (person.value.get(id) ?? '') : ''),
    routeName: (id: string | null | undefined) => (id ? (route.value.get(id)?.name ?? '') : ''),
    zoneName: (id: string | null | undefined) => (id ? (zone.value.get(id) ?? '') : ''),
    zoneOfRoute: (id: string) => zone.value.get(route.value.get(id)?.zone_id ?? '') ?? '',
    personOptions: (roles: string[]) =>
      computed<Option[]>(() =>
        people.value
          .filter(({ role }) => roles.includes(role))
          .map(({ id, name, role }) => ({ value: id, label: name, group: t(`role.${role}`) }))
          .sort(byName),
      ),
    routeOptions: computed<Option[]>(() =>
      routes.value.map(({ id, name, zone_id }) => ({ value: id, label: name, group: zone.value.get(zone_id) ?? '' })).sort(byName),
    ),
    zoneOptions: computed<Option[]>(() => zones.value.map(({ id, name }) => ({ value: id, label: name })).sort(byName)),
  }
}
