// The items of ids that the list may not have: asked for once, and again after the catalogue has changed.
import type { item } from 'loophole'
import { useEffect } from 'preact/hooks'
import { Cell, useCell } from '../base/cell'
import { idText } from '../base/format'
import { ask, AskError, listen } from '../connection/wire'

const known = new Cell(new Map<string, item>()) // by their ids
const fresh = new Set<string>() // the ids of those that were asked for since the last change of the catalogue

async function learn(ids: Uint8Array[]) {
  const wanted = ids.filter(id => !fresh.has(idText(id)))
  wanted.forEach(id => fresh.add(idText(id)))
  const got = await Promise.all(
    wanted.map(id =>
      ask('search.get', { id }, 2000).then(
        one => one.item,
        error => {
          if (error instanceof AskError && error.passes) fresh.delete(idText(id))
          return undefined
        },
      ),
    ),
  )
  const found = got.filter(one => one !== undefined)
  if (found.length) known.set(new Map([...known.value, ...found.map(one => [idText(one.media.id), one] as const)]))
}

/** The items that are known so far; those of these ids are asked for. */
export function useNames(ids: Uint8Array[]): Map<string, item> {
  useEffect(() => {
    fresh.clear()
    return listen('persist.changed', () => fresh.clear())
  }, [])
  useEffect(() => {
    learn(ids)
  })
  return useCell(known)
}
