// The order of items that are in the page, as search.query orders them: items without a value last, of equal ones the
// older first.
import type { item } from 'loophole'
import { factOf, idText, seconds } from '../base/format'

const folded = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

function fieldOf(of: item, field: string): number | string | undefined {
  switch (field) {
    case 'name':
    case 'pack':
    case 'container':
      return folded(of.media[field]) || undefined
    case 'format':
      return folded(of.media.sample_format) || undefined
    case 'duration_s':
      return seconds(of) || undefined
  }
  const fact = factOf(of, field)
  return fact?.number ?? (fact?.text ? folded(fact.text) : undefined)
}

const compare = <T extends number | string>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0)

/** The items by a field, with a `-` before it the last first; '' leaves them as they are. */
export function ordered(items: item[], sort: string): item[] {
  if (!sort) return items
  const way = sort.startsWith('-') ? -1 : 1,
    field = sort.replace(/^[-+]/, '')
  const each = items.map(of => ({ of, value: fieldOf(of, field), id: idText(of.media.id) }))
  each.sort((a, b) =>
    a.value === undefined || b.value === undefined
      ? Number(a.value === undefined) - Number(b.value === undefined) || compare(a.id, b.id)
      : way * compare(a.value, b.value) || compare(a.id, b.id),
  )
  return each.map(one => one.of)
}
