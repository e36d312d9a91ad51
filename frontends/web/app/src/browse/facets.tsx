// What narrows the query, beside its items: filters often used, ranges, and the values of each facet.
import type { ComponentChildren } from 'preact'
import { useCell } from '../base/cell'
import { clean, num } from '../base/format'
import { result } from '../items/result'
import { clause, clauses, toggleClause, view } from '../base/state'
import { classColour } from '../base/theme'
import { Ranges } from './ranges'

const QUICK: [string, string][] = [
  ['Favourites', 'is:favourite'],
  ['Rated 4 and 5', 'rating:4-5'],
  ['Loops', 'is:loop'],
  ['One-shots', 'is:oneshot'],
  ['Below half a second', 'dur:<0.5s'],
  ['Missing', 'is:missing'],
  ['Hidden', 'is:hidden'],
]

/** The filters that one reaches for most, each a clause of the query. */
function Quick({ words }: { words: string[] }) {
  return (
    <details open>
      <summary>often used</summary>
      <ul>
        {QUICK.map(([title, text]) => (
          <li key={text}>
            <button aria-pressed={words.includes(text)} title={text} onClick={() => toggleClause(text)}>
              <span>{title}</span>
            </button>
          </li>
        ))}
      </ul>
    </details>
  )
}

export function Facets({ children }: { children: ComponentChildren }) {
  const { facets } = useCell(result)
  const words = clauses(useCell(view, of => of.query))
  const names = [...new Set(facets.map(one => one.facet))]
  return (
    <nav class="facets" aria-label="Facets" tabIndex={0}>
      {children}
      <Quick words={words} />
      <Ranges />
      {names.map(name => (
        <details key={name} open={name === 'class' || name === 'family' || name === 'key'}>
          <summary>{name}</summary>
          <ul>
            {facets
              .filter(one => one.facet === name && one.value)
              .slice(0, 40)
              .map(one => {
                const text = clause(name, one.value)
                return (
                  <li key={one.value}>
                    <button aria-pressed={words.includes(text)} onClick={() => toggleClause(text)}>
                      <span>
                        {name === 'class' && <i class="class" style={{ background: classColour(one.value) }} />}
                        {clean(one.value)}
                      </span>
                      <span class="count">{num(one.count).toLocaleString('en')}</span>
                    </button>
                  </li>
                )
              })}
          </ul>
        </details>
      ))}
    </nav>
  )
}
