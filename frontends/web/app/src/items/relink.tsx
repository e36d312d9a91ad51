// A missing item: the files that may be its own, and taking one of them.
import type { relink_candidate, relink_line, relink_why } from 'loophole'
import { useState } from 'preact/hooks'
import { takeFile } from './edits'
import { clean, idText, pathText } from '../base/format'
import { complain } from '../base/state'
import { ask } from '../connection/wire'

const BUDGET_MS = 60000

/** What speaks for a file, in words. */
function reasons(why: relink_why): string {
  const words = [
    why.content && 'the same sound',
    why.name === 1 ? 'the same name' : why.name > 0 && 'the same name but its ending',
    why.size && 'as many bytes',
    why.duration && 'as long',
    why.distance !== undefined && why.distance < 0.5 && 'it sounds alike',
  ]
  return words.filter(Boolean).join(', ') || 'nothing but its folder'
}

function Candidate({ of, missing }: { of: relink_candidate; missing: relink_line }) {
  return (
    <li>
      <span class="path">{pathText(of.path)}</span>
      <span class="buttons">
        <span class="count">{Math.round(of.score * 100)} %</span> <small>{reasons(of.why)}</small>
        <button onClick={() => takeFile(missing.id, of.id, clean(missing.name))}>Take this file</button>
      </span>
    </li>
  )
}

/** Nothing is changed before a person takes a file. Each missing item needs a key of its own: an answer may come
 * late. */
export function Relink({ bytes }: { bytes: Uint8Array }) {
  const [found, setFound] = useState<relink_line>()
  const [busy, setBusy] = useState(false)
  const look = () => {
    setBusy(true)
    ask('web.relink', { id: bytes }, BUDGET_MS)
      .then(setFound, complain)
      .finally(() => setBusy(false))
  }
  const each = found?.candidates ?? []
  return (
    <div class="relink">
      <button disabled={busy} onClick={look}>
        {busy ? 'Looking…' : 'Look for its file'}
      </button>
      {found && !each.length && (
        <p class="quiet">
          No file in the catalogue resembles it. Add the folder that contains it: `loophole library add DIR`.
        </p>
      )}
      {each.length > 0 && (
        <>
          <p class="quiet">
            The item keeps its tags and facts. The item that the file has now is forgotten. Ctrl+Z undoes this.
          </p>
          <ul>
            {each.map(one => (
              <Candidate key={idText(one.id)} of={one} missing={found!} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
