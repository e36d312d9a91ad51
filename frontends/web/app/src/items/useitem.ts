// One item with the sources of its facts, followed while it changes.
import type { fact, item } from 'loophole'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useCell } from '../base/cell'
import { idBytes, idText } from '../base/format'
import { read } from '../connection/wire'
import { arrived, itemOf } from './result'

const idOf = (of: item) => idText(of.media.id)

/** The item, first as a loaded page has it. `late`: this is still the item before. Without `withSources` an item of a
 * loaded page is not asked for. */
export function useItem(id: string, withSources = true): { item: item; sources: fact[]; late: boolean } | undefined {
  const [got, setGot] = useState<{ item: item; sources: fact[] }>()
  const changed = useCell(arrived)
  const listed = id ? itemOf(id) : undefined
  const seen = useRef<item>() // it may leave the list before it has been read
  if (listed) seen.current = listed
  const isEnough = !withSources && listed !== undefined
  useEffect(() => {
    const control = new AbortController()
    if (isEnough) return
    if (id)
      read('search.get', { id: idBytes(id) }, control.signal).then(
        answer => setGot({ item: answer.item, sources: answer.sources ?? [] }),
        () => {
          if (!control.signal.aborted) setGot(undefined)
        },
      )
    else setGot(undefined)
    return () => control.abort()
  }, [id, changed, isEnough])
  if (!isEnough && got && idOf(got.item) === id) return { ...got, late: false }
  const known = listed ?? (id && seen.current && idOf(seen.current) === id ? seen.current : undefined)
  return known ? { item: known, sources: [], late: false } : got && { ...got, late: true }
}
