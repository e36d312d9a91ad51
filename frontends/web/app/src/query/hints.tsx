// Below the query line: its error, what else may be meant, and why it finds nothing.
import { useCell } from '../base/cell'
import { show, view } from '../base/state'
import { result } from '../items/result'
import { meant } from './spoken'

/** The column of the caret in an error's hint, which repeats the query above it; -1: it has none. */
export function caretOf(hint: string, query: string): number {
  const [line, below] = hint.split('\n')
  const at = below?.indexOf('^') ?? -1
  const from = line?.indexOf(query) ?? -1
  return at < 0 || from < 0 || at < from ? -1 : at - from
}

/** Kinds of hints that need other words for a person. */
const KINDS: Partial<Record<string, string>> = {
  excluded: 'rules out what the rest finds',
  written_otherwise: 'may be written otherwise',
}

export function Hints() {
  const { hints, error, total, old } = useCell(result)
  const query = useCell(view, of => of.query)
  if (error)
    return (
      <div class="trouble" role="alert">
        <p>{error.message}</p>
        {error.hint && <pre>{error.hint}</pre>}
      </div>
    )
  const tries = (hints ?? []).filter(hint => hint.instead || hint.near?.length)
  const words = total === 0 && !old ? meant(query) : undefined
  return words || tries.length ? (
    <div class="trouble" role="status">
      {words && (
        <p>
          Did you mean{' '}
          <button class="link" onClick={() => show({ query: words })}>
            {words}
          </button>
        </p>
      )}
      {tries.map(hint => (
        <p key={hint.clause + hint.kind}>
          {hint.clause && <code>{hint.clause}</code>} {KINDS[hint.kind] ?? hint.kind.replace(/_/g, ' ')}
          {hint.near?.length ? `; similar: ${hint.near.join(', ')}` : ''}
          {hint.instead && (
            <>
              {' '}
              · try{' '}
              <button class="link" onClick={() => show({ query: hint.instead })}>
                {hint.instead}
              </button>
            </>
          )}
        </p>
      ))}
    </div>
  ) : null
}
