// Groups of items with the same sound, and the copy to keep.
import type { duplicate, duplicate_group, duplicates_found, item } from 'loophole'
import { useState } from 'preact/hooks'
import { useCell, useLoaded } from '../base/cell'
import { hide } from '../items/edits'
import { bytesText, counted, idText, num, pathText } from '../base/format'
import { hear } from '../sound/hear'
import { arrived } from '../items/result'
import { complain, view } from '../base/state'
import { read } from '../connection/wire'

const play = (id: Uint8Array) =>
  read('search.get', { id }, AbortSignal.timeout(5000)).then(got => hear(got.item as item), complain)

const PAGE = 100

interface Found extends duplicates_found {
  pages: number
}

/** The first pages of groups and parts of groups. */
async function loadPages(query: string, count: number, signal: AbortSignal): Promise<Found> {
  let got = await read('search.duplicates', { query, limit: PAGE }, signal)
  const groups = [...(got.groups ?? [])]
  let pages = 1
  for (; got.cursor && pages < count; pages++) {
    got = await read('search.duplicates', { query, limit: PAGE, cursor: got.cursor }, signal)
    groups.push(...(got.groups ?? []))
  }
  return { ...got, groups, pages }
}

const shown = (count: number) => count.toLocaleString('en')

function countText(group: duplicate_group): string {
  const each = (group.each ?? []).length,
    count = num(group.count),
    first = num(group.first)
  if (each === count) return counted(count, 'copy', 'copies')
  return each === 1
    ? `copy ${shown(first + 1)} of ${shown(count)}`
    : `copies ${shown(first + 1)}–${shown(first + each)} of ${shown(count)}`
}

const words = (name: string) => name.replace(/_/g, ' ')

function Copy({ of, note }: { of: duplicate; note: string }) {
  return (
    <tr class={of.state}>
      <td>{note}</td>
      <td>
        <button onClick={() => play(of.id)}>
          ▶<span class="unseen"> Play {pathText(of.path)}</span>
        </button>
      </td>
      <td class="path">{pathText(of.path)}</td>
      <td>
        {of.container} {num(of.sample_rate)} Hz
      </td>
      <td>{bytesText(num(of.size))}</td>
    </tr>
  )
}

function Group({ of, index }: { of: duplicate_group; index: number }) {
  const keep = idText(of.keep)
  const each = of.each ?? []
  const others = each.map(one => idText(one.id)).filter(id => id !== keep)
  const noteOf = (one: duplicate) => {
    if (idText(one.id) === keep) return `keep: ${words(of.reason ?? 'any')}`
    return one.state === 'here' ? '' : one.state
  }
  return (
    <section class="copies wide" aria-label={`Group ${index + 1}: ${countText(of)}`}>
      <div class="buttons">
        <h2>
          {words(of.kind)} · {countText(of)}
          {of.layers ? ' · may be velocity layers: listen first' : ''}
        </h2>
        {others.length > 0 && (
          <button onClick={() => hide(others, true)}>
            Hide {counted(others.length, 'other copy', 'other copies')}
          </button>
        )}
      </div>
      <table class="plain">
        <tbody>
          {each.map(one => (
            <Copy key={idText(one.id)} of={one} note={noteOf(one)} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function useGroups(query: string): { got: Found | undefined; more: () => void } {
  const [got, setGot] = useState<Found>()
  const [wanted, setWanted] = useState(1)
  const load = (signal: AbortSignal) =>
    loadPages(query, wanted, signal).then(setGot, error => {
      if (!signal.aborted) {
        setGot(undefined)
        complain(error)
      }
    })
  useLoaded(load, arrived, [wanted])
  return { got, more: () => setWanted((got?.pages ?? 0) + 1) }
}

function Groups({ query }: { query: string }) {
  const { got, more } = useGroups(query)
  return (
    <main class="panels" tabIndex={-1}>
      <h1 class="unseen">Duplicates</h1>
      {got ? (
        <p>
          {counted(num(got.total), 'group')}; without the copies to keep {bytesText(num(got.free))} could be freed.
        </p>
      ) : (
        <p class="quiet">Comparing…</p>
      )}
      {got?.groups?.map((group, index) => (
        <Group key={idText(group.keep) + group.kind + num(group.first)} of={group} index={index} />
      ))}
      {got?.cursor && (
        <p>
          <button onClick={more}>More</button>
        </p>
      )}
    </main>
  )
}

export const Duplicates = () => {
  const query = useCell(view, of => of.query)
  return <Groups key={query} query={query} />
}
