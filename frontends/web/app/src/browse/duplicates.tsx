// Groups of items with the same sound, and the copy to keep.
import type { duplicate_group, duplicates_found, item } from 'loophole'
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

export const Duplicates = () => {
  const query = useCell(view, of => of.query)
  return <Groups key={query} query={query} />
}

function Groups({ query }: { query: string }) {
  const [got, setGot] = useState<Found>()
  const [wanted, setWanted] = useState(1)
  useLoaded(
    signal =>
      loadPages(query, wanted, signal).then(setGot, error => {
        if (!signal.aborted) {
          setGot(undefined)
          complain(error)
        }
      }),
    arrived,
    [wanted],
  )
  if (!got)
    return (
      <main class="panels" tabIndex={-1}>
        <h1 class="unseen">Duplicates</h1>
        <p class="quiet">Comparing…</p>
      </main>
    )
  return (
    <main class="panels" tabIndex={-1}>
      <h1 class="unseen">Duplicates</h1>
      <p>
        {counted(num(got.total), 'group')}; without the copies to keep {bytesText(num(got.free))} could be freed.
      </p>
      {(got.groups ?? []).map((group, index) => {
        const keep = idText(group.keep)
        const others = (group.each ?? []).map(one => idText(one.id)).filter(id => id !== keep)
        return (
          <section
            key={keep + group.kind + num(group.first)}
            class="copies wide"
            aria-label={`Group ${index + 1}: ${countText(group)}`}
          >
            <div class="buttons">
              <h2>
                {group.kind.replace(/_/g, ' ')} · {countText(group)}
                {group.layers ? ' · may be velocity layers: listen first' : ''}
              </h2>
              {others.length > 0 && (
                <button onClick={() => hide(others, true)}>
                  Hide {counted(others.length, 'other copy', 'other copies')}
                </button>
              )}
            </div>
            <table class="plain">
              <tbody>
                {(group.each ?? []).map(one => (
                  <tr key={idText(one.id)} class={one.state}>
                    <td>
                      {idText(one.id) === keep
                        ? `keep: ${(group.reason ?? 'any').replace(/_/g, ' ')}`
                        : one.state === 'here'
                          ? ''
                          : one.state}
                    </td>
                    <td>
                      <button onClick={() => play(one.id)}>
                        ▶<span class="unseen"> Play {pathText(one.path)}</span>
                      </button>
                    </td>
                    <td class="path">{pathText(one.path)}</td>
                    <td>
                      {one.container} {num(one.sample_rate)} Hz
                    </td>
                    <td>{bytesText(num(one.size))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )
      })}
      {got.cursor && (
        <p>
          <button onClick={() => setWanted(got.pages + 1)}>More</button>
        </p>
      )}
    </main>
  )
}
