// Groups of items with the same sound, and the copy to keep.
import type { duplicates_found, item } from 'loophole'
import { useState } from 'preact/hooks'
import { useCell, useLoaded } from './cell'
import { hide } from './edits'
import { bytesText, counted, idText, num, pathText } from './format'
import { hear } from './hear'
import { arrived } from './result'
import { complain, view } from './state'
import { read } from './wire'

const play = (id: Uint8Array) => read('search.get', { id }, AbortSignal.timeout(5000)).then(got => hear(got.item as item), complain)

export function Duplicates() {
  const query = useCell(view, of => of.query)
  const [got, setGot] = useState<duplicates_found>()
  useLoaded(signal => read('search.duplicates', { query, limit: 100 }, signal).then(setGot, error => { if (!signal.aborted) { setGot(undefined); complain(error) } }),
    arrived, [query])
  if (!got) return <main class="panels" tabIndex={-1}><h1 class="unseen">Duplicates</h1><p class="quiet">Comparing…</p></main>
  return (
    <main class="panels" tabIndex={-1}>
      <h1 class="unseen">Duplicates</h1>
      <p>{counted(num(got.total), 'group')}; without the copies to keep {bytesText(num(got.free))} could be freed.</p>
      {(got.groups ?? []).map(group => {
        const keep = idText(group.keep)
        const others = (group.each ?? []).map(one => idText(one.id)).filter(id => id !== keep)
        return (
          <section key={keep + group.kind + num(group.first)} class="copies wide" aria-label={`Group of ${num(group.count)}`}>
            <div class="buttons"><h2>{group.kind.replace(/_/g, ' ')} · {num(group.count)} copies{group.layers ? ' · may be velocity layers: listen first' : ''}</h2>
              <button onClick={() => hide(others, true)}>Hide the other copies</button></div>
            <table class="plain">
              <tbody>
                {(group.each ?? []).map(one => (
                  <tr key={idText(one.id)} class={one.state}>
                    <td>{idText(one.id) === keep ? `keep: ${(group.reason ?? 'any').replace(/_/g, ' ')}` : one.state === 'here' ? '' : one.state}</td>
                    <td><button onClick={() => play(one.id)}>▶<span class="unseen"> Play {pathText(one.path)}</span></button></td>
                    <td class="path">{pathText(one.path)}</td><td>{one.container} {num(one.sample_rate)} Hz</td><td>{bytesText(num(one.size))}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )
      })}
    </main>
  )
}
